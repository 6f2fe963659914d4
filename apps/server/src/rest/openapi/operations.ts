import type { ErrorCode, RestRoute } from "@chatnest/api";
import { isFollowed, type RestOperation, type RestProcedure } from "../routes.ts";
import { writeParameters } from "./parameters.ts";
import { errorResponses, type HeaderName, headersNamed, type OpenApiObject } from "./responses.ts";
import { exampleOf, type JsonSchema, type SchemaWriter } from "./schemas.ts";

const everywhere: ErrorCode[] = [
  "bad_request",
  "unauthorized",
  "forbidden",
  "validation_failed",
  "too_many_requests",
  "internal",
  "unavailable",
];
const withBody: ErrorCode[] = ["payload_too_large", "unsupported_media_type"];

/** Lists the errors that an operation can answer with. */
export function errorCodesOf({ hasBody, procedures }: RestOperation): ErrorCode[] {
  const own = procedures.flatMap(({ route }) => route.errors ?? []);
  const codes = [...everywhere, ...(hasBody ? withBody : []), ...own];
  // A temporary failure is an event there.
  return procedures.some(isFollowed) ? codes.filter((code) => code !== "unavailable") : codes;
}

/** Writes one operation. Procedures that share a method and a path are one operation, with the parameters of all. */
export function writeOperation(operation: RestOperation, schemas: SchemaWriter): OpenApiObject {
  const { hasBody, procedures } = operation;
  const main = procedures.find(({ route }) => !route.when) ?? procedures[0];
  if (!main) return {};
  const { route, name } = main;
  const description = [route.description ?? "", describeChoice(operation)].join("\n\n").trim();
  const parameters = writeParameters(operation, schemas);
  return {
    operationId: name,
    tags: [route.tag],
    summary: route.summary,
    ...(description && { description }),
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && { requestBody: writeBody(operation, main, schemas) }),
    responses: {
      ...writeSuccesses(operation, main, schemas),
      ...errorResponses(errorCodesOf(operation)),
    },
  };
}

function describeChoice({ hasBody, procedures }: RestOperation): string {
  const when = procedures.flatMap((procedure) => procedure.route.when ?? []);
  // The schema of a body shows which ones there are.
  if (when.length === 0 || hasBody) return "";
  const names = when.map((name) => `\`${name}\``).join(", ");
  return `With any of ${names}: one page, and links to its neighbours. With none of them: all, streamed; when the server fails half-way it cuts the connection, and the array is never closed.`;
}

function writeBody(
  { params, procedures }: RestOperation,
  main: RestProcedure,
  schemas: SchemaWriter,
): OpenApiObject {
  const write = ({ input, headerFields, route }: RestProcedure): JsonSchema => {
    const elsewhere = [...params, ...headerFields];
    const whole = schemas.writeInput(route.takes ?? input);
    return elsewhere.length === 0 ? whole : without(elsewhere, schemas.resolve(whole));
  };
  const own = write(main);
  const others = procedures.filter((procedure) => procedure !== main).map(write);
  const schema = others.length === 0 ? own : { anyOf: [own, ...others] };
  const example = exampleOf(schemas.resolve(own));
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
  { method, procedures }: RestOperation,
  main: RestProcedure,
  schemas: SchemaWriter,
): OpenApiObject {
  const isKept = method === "GET" && !isFollowed(main);
  const hasLinks = procedures.some(({ route }) => route.hasLinks);
  const names: HeaderName[] = [
    "X-Request-Id",
    ...(isKept ? (["ETag"] as const) : []),
    ...(hasLinks ? (["Link"] as const) : []),
  ];
  const answer = { headers: headersNamed(names), ...writeContent(main.route, schemas) };
  const successes = Object.entries(main.route.success).map(([status, description]) => [
    status,
    { description, ...answer },
  ]);
  const unchanged = {
    description: "What the client has still is the same",
    headers: headersNamed(["X-Request-Id", "ETag"]),
  };
  return { ...Object.fromEntries(successes), ...(isKept && { 304: unchanged }) };
}

function writeContent({ body }: RestRoute, schemas: SchemaWriter): OpenApiObject {
  if (body === null) return {};
  if (body === "events")
    return { content: { "text/event-stream": { schema: { type: "string" } } } };
  return { content: { "application/json": { schema: schemas.writeOutput(body) } } };
}
