import { inTime } from "@chatnest/db";

/** No answer takes longer, in ms, however many calls of the store it needs; a single one ends somewhat earlier by itself. */
const answerTimeoutMs = 13_500;

/**
 * Waits for an answer to a client, but not for too long.
 * @throws StoreError `unavailable`
 */
export function boundAnswer<TAnswer>(answer: Promise<TAnswer>): Promise<TAnswer> {
  return inTime(answer, answerTimeoutMs);
}
