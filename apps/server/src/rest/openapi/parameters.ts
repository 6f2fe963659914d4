import { isFollowed, type RestOperation } from "../routes.ts";
import type { OpenApiObject } from "./responses.ts";
import type { JsonSchema, SchemaWriter } from "./schemas.ts";

const ifNoneMatch = {
  name: "If-None-Match",
  in: "header",
  description: "The `ETag` of the answer that the client has: 304 when it still is the same.",
  schema: { type: "string" },
};

/** Writes the parameters of an operation: of its path, its query and its headers. */
export function writeParameters(operation: RestOperation, schemas: SchemaWriter): OpenApiObject[] {
  const { method, params, hasBody, procedures } = operation;
  const inputs = procedures.map(({ input }) => schemas.resolve(schemas.writeInput(input)));
  const fields: Record<string, JsonSchema> = Object.assign(
    {},
    ...inputs.map(({ properties }) => properties),
  );
  const isRequired = (name: string) => inputs.every(({ required }) => required?.includes(name));
  const elsewhere = [...params, ...procedures.flatMap(({ headerFields }) => headerFields)];
  const inQuery = hasBody ? [] : Object.keys(fields).filter((name) => !elsewhere.includes(name));
  const choosing = procedures.flatMap(({ route }) => route.when ?? []);
  const headers = procedures.flatMap(({ route }) => route.headers ?? []);
  const isKept = method === "GET" && !procedures.some(isFollowed);
  return [
    ...params.map((name) => ({
      in: "path",
      required: true,
      ...writeParameter(name, fields[name]),
    })),
    ...inQuery.map((name) => ({
      in: "query",
      ...(isRequired(name) && { required: true }),
      ...writeParameter(
        name,
        choosing.includes(name) ? withoutDefault(fields[name]) : fields[name],
      ),
    })),
    ...headers.map(({ name, description, pattern }) => ({
      name,
      in: "header",
      description,
      schema: { type: "string", pattern },
    })),
    ...(isKept ? [ifNoneMatch] : []),
  ];
}

/** Writes a parameter that is a field of an input; where it stands is added by the caller. */
function writeParameter(name: string, field: JsonSchema = {}): OpenApiObject {
  const { description, examples, ...schema } = field;
  const example = examples?.[0];
  return { name, description, schema, ...(example !== undefined && { example }) };
}

// The default is that of a page; who names none of the parameters that ask for a page gets all.
function withoutDefault({ default: size, ...field }: JsonSchema = {}): JsonSchema {
  if (size === undefined) return field;
  return {
    ...field,
    description: `${field.description} A page has ${size} when this is not given.`,
  };
}
