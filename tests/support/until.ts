import { setTimeout as delay } from "node:timers/promises";

/** How long to wait, and for what. */
export interface UntilOptions {
  timeoutMs: number;
  /** Ends the sentence "timed out waiting until ...". */
  what: string;
}

/**
 * Asks again and again until the answer is something other than `undefined` or `false`; a failure counts as no answer yet.
 * @throws Error that says what did not happen in time, caused by the last failure.
 */
export async function until<TAnswer>(
  ask: () => Promise<TAnswer | undefined | false> | TAnswer | undefined | false,
  { timeoutMs, what }: UntilOptions,
): Promise<TAnswer> {
  const end = performance.now() + timeoutMs;
  let failure: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      failure = error;
    }
    await delay(50);
  } while (performance.now() < end);
  throw new Error(`timed out waiting until ${what}`, { cause: failure });
}
