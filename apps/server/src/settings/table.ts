import { z } from "zod";
import { type Description, descriptionOf } from "./describe.ts";
import { Environment } from "./environment.ts";

/** A setting, as people read about it. */
export interface Setting extends Description {
  name: string;
  /** As it is written in the environment; undefined means unset. */
  default: string | undefined;
}

/** All settings, in the order of the documentation. */
export const settingsTable: readonly Setting[] = Object.entries(Environment.shape).map(
  ([name, schema]) => ({ name, default: defaultOf(schema), ...descriptionOf(schema) }),
);

function defaultOf(schema: z.ZodType): string | undefined {
  const value: unknown = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
  const text = value === undefined ? "" : String(value);
  return text === "" ? undefined : text;
}
