import { z } from "zod";

// What a store has read is not checked again: for a page of messages, that would take longer than reading it. The test of all
// outputs does it (outputs.test.ts).

/** Makes the schema of what a store has read. */
export function stored<TValue extends z.ZodType>(_value: TValue) {
  return z.custom<z.infer<TValue>>((value) => typeof value === "object" && value !== null);
}

/** Makes the schema of an array that a store has read. */
export function storedArray<TItem extends z.ZodType>(_item: TItem) {
  return z.custom<z.infer<TItem>[]>(Array.isArray);
}
