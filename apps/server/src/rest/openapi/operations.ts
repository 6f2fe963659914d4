import type { ErrorCode } from "@chatnest/api";
import type { RestOperation, RestProcedure } from "../routes.ts";
import { writeParameters } from "./parameters.ts";
import { errorResponses, type HeaderName, headersNamed, type OpenApiObject } from "./responses.ts";
import { exampleOf, type JsonSchema, type SchemaWriter } from "./schemas.ts";

const everywhere: ErrorCode[] = [
  "bad_request",
  "forbidden",
  "validation_failed",
  "internal",
  "unavailable",
];
const withBody: ErrorCode[] = ["payload_too_large", "unsupported_media_type"];

/** Lists the errors that an operation can answer with. */
export function errorCodesOf({ method, procedures }: RestOperation): ErrorCode[] {
  const own = procedures.flatMap(({ route }) => route.errors ?? []);
  return [...everywhere, ...(method === "POST" ? withBody : []), ...own];
}

/** Writes one operation. Procedures that share a method and a path are one operation, with the parameters of all. */
export function writeOperation(operation: RestOperation, schemas: SchemaWriter): OpenApiObject {
  const { method, procedures } = operation;
  const main = procedures.find(({ route }) => !route.when) ?? procedures[0];
  if (!main) return {};
  const { route, name } = main;
  const description = describeChoice(procedures);
  const parameters = writeParameters(operation, schemas);
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(method === "POST" && { requestBody: writeBody(operation, main, schemas) }),
    responses: {
      ...writeSuccesses(operation, main, schemas),
      ...errorResponses(errorCodesOf(operation)),
    },
  };
}

function describeChoice(procedures: readonly RestProcedure[]): string {
  const when = procedures.flatMap((procedure) => procedure.route.when ?? []);
  if (when.length === 0) return "";
  const names = when.map((name) => `\`${name}\``).join(", ");
  return `With any of ${names}: one page, and links to its neighbours. With none of them: all, streamed; when the server fails half-way it cuts the connection, and the array is never closed.`;
}

function writeBody(
  operation: RestOperation,
  { input, route }: RestProcedure,
  schemas: SchemaWriter,
): OpenApiObject {
  const { params } = operation;
  const whole = schemas.writeInput(route.takes ?? input);
  const schema = params.length === 0 ? whole : without(params, whole);
  const example = exampleOf(schemas.resolve(schema));
  return { required: true, content: { "application/json": { schema, example } } };
}

function without(
  names: readonly string[],
  { properties = {}, required = [], ...schema }: JsonSchema,
): JsonSchema {
  const isKept = (name: string): boolean => !names.includes(name);
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => isKept(name))),
    required: required.filter(isKept),
  };
}

function writeSuccesses(
  operation: RestOperation,
  main: RestProcedure,
  schemas: SchemaWriter,
): OpenApiObject {
  const { method, procedures } = operation;
  const { body, success } = main.route;
  const hasLinks = procedures.some(({ route }) => route.hasLinks);
  const names: HeaderName[] = [
    "X-Request-Id",
    ...(method === "GET" ? (["ETag"] as const) : []),
    ...(hasLinks ? (["Link"] as const) : []),
  ];
  const answer = {
    headers: headersNamed(names),
    ...(body && { content: { "application/json": { schema: schemas.writeOutput(body) } } }),
  };
  const successes = Object.entries(success).map(([status, description]) => [
    status,
    { description, ...answer },
  ]);
  const unchanged = {
    description: "What the client has still is the same",
    headers: headersNamed(["X-Request-Id", "ETag"]),
  };
  return { ...Object.fromEntries(successes), ...(method === "GET" && { 304: unchanged }) };
}
