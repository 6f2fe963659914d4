import { StoreError } from "../errors.ts";

/**
 * Waits for an answer, but not for longer than so many ms; what it waited for may go on.
 * @throws StoreError `unavailable`
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
