import { ChatError } from "./errors.ts";

/** No answer takes longer, in ms, however many calls of the store it needs; a single one ends somewhat earlier by itself. */
const answerTimeoutMs = 13_500;

/**
 * Waits for an answer, but not for too long; what it waited for may go on.
 * @throws ChatError `unavailable`
 */
export async function inTime<TAnswer>(answer: Promise<TAnswer>): Promise<TAnswer> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    timeout.reject(new ChatError("unavailable", "the store did not answer in time; try again"));
  }, answerTimeoutMs);
  try {
    return await Promise.race([answer, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
