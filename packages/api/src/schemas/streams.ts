import { z } from "zod";

/** A result that is read piece by piece. */
export function streamOfItems<TItem extends z.ZodType>(_item: TItem) {
  return z.custom<AsyncIterable<z.infer<TItem>>>(
    (value) => typeof value === "object" && value !== null && Symbol.asyncIterator in value,
  );
}
