import { StoreError } from "../errors.ts";

/**
 * Waits for an answer for at most `timeoutMs`. What it waits for is not cancelled.
 * @throws StoreError `unavailable` when the time is over.
 */
export async function inTime<TAnswer>(
  answer: Promise<TAnswer>,
  timeoutMs: number,
): Promise<TAnswer> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new StoreError("unavailable", "the store did not answer in time"));
  }, timeoutMs);
  try {
    return await Promise.race([answer, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
