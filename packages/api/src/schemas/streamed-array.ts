import { z } from "zod";

/** Makes the schema of an array that is read item by item. */
export function streamedArray<TItem extends z.ZodType>(_item: TItem) {
  return z.custom<AsyncIterable<z.infer<TItem>>>(
    (value) => typeof value === "object" && value !== null && Symbol.asyncIterator in value,
  );
}
