import { z } from "zod";

/** What people read about a setting. */
export interface Description {
  description: string;
  /** A value to begin with, where the default is unset. */
  example?: string;
  /** What is shown of a value that holds a secret: nothing, or the hosts and the database. @default all of it */
  shown?: "hidden" | "mongodb";
}

const descriptions = z.registry<Description>();

/** Adds to a schema what people read about its setting. */
export function describe<TSchema extends z.ZodType>(schema: TSchema, about: Description): TSchema {
  descriptions.add(schema, about);
  return schema;
}

/**
 * Returns what people read about a setting.
 * @throws Error when it has no description.
 */
export function descriptionOf(schema: z.ZodType): Description {
  const about = descriptions.get(schema);
  if (!about) throw new Error("a setting without a description");
  return about;
}
