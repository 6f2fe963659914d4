import { answerTimeoutMs, inTime } from "@chatnest/db";

/**
 * Waits for an answer to a client, but for 13.5 s at most.
 * @throws StoreError `unavailable`
 */
export function boundAnswer<TAnswer>(answer: Promise<TAnswer>): Promise<TAnswer> {
  return inTime(answer, answerTimeoutMs);
}
