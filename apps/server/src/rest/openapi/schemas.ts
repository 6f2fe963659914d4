import { z } from "zod";

/** A JSON Schema, as OpenAPI 3.1 has it. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Turns zod schemas into JSON Schemas that share their named parts. */
export interface SchemaWriter {
  /** The named parts, for `components.schemas`. */
  named: Record<string, JsonSchema>;
  /** Writes what a client may send. */
  writeInput(schema: z.ZodType): JsonSchema;
  /** Writes what a client gets. More fields may be added to it, so it is not closed. */
  writeOutput(schema: z.ZodType): JsonSchema;
  /** Gives the named part that a schema points at, or the schema itself. */
  resolve(schema: JsonSchema): JsonSchema;
}

/** Makes a writer without named parts. */
export function createSchemaWriter(): SchemaWriter {
  const named: Record<string, JsonSchema> = {};

  function write(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    const converted = z.toJSONSchema(schema, { io, ...(io === "output" && { override: openUp }) });
    const { $schema, $defs = {}, ...root } = moveReferences(converted);
    Object.assign(named, $defs);
    return root;
  }

  function resolve(schema: JsonSchema): JsonSchema {
    const name = schema.$ref?.split("/").at(-1);
    return (name !== undefined && named[name]) || schema;
  }

  return {
    named,
    resolve,
    writeInput: (schema) => write(schema, "input"),
    writeOutput: (schema) => write(schema, "output"),
  };
}

/** Finds an example of what a schema allows, in what its parts give as examples. */
export function exampleOf(schema: JsonSchema | boolean | undefined): unknown {
  if (schema === undefined || typeof schema === "boolean") return undefined;
  if (schema.examples) return schema.examples[0];
  if (schema.anyOf && schema.type === undefined) return exampleOf(schema.anyOf[0]);
  if (schema.type === "array" && !Array.isArray(schema.items)) return [exampleOf(schema.items)];
  if (schema.type !== "object") return undefined;
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => [name, exampleOf(field)] as const,
  );
  return Object.fromEntries(fields.filter(([, example]) => example !== undefined));
}

function openUp({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  delete jsonSchema.additionalProperties;
  // Every number is a safe integer: that says nothing of this one.
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

function moveReferences(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
