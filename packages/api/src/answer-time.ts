import { answerTimeoutMs, inTime } from "@chatnest/db";

/**
 * Waits for an answer to a client for at most 13.5 s.
 * @throws StoreError `unavailable` when the time is up.
 */
export function boundAnswer<TAnswer>(answer: Promise<TAnswer>): Promise<TAnswer> {
  return inTime(answer, answerTimeoutMs);
}
