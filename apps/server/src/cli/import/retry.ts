import { setTimeout as delay } from "node:timers/promises";
import { type Target, TargetError } from "./target.ts";

/** How long to try again, and what to call meanwhile. */
export interface RetryOptions {
  /** How long a batch may fail before the import gives up. */
  patienceMs: number;
  /** Called after each failed try. */
  onRetry(error: TargetError): void;
}

const firstDelayMs = 250;
const delayMaxMs = 5000;

/** Repeats a failed batch with growing pauses. Every message has an id, so nothing is stored twice. */
export function withRetry(target: Target, { patienceMs, onRetry }: RetryOptions): Target {
  return async (messages, signal) => {
    const startedAt = performance.now();
    for (let pauseMs = firstDelayMs; ; pauseMs = Math.min(2 * pauseMs, delayMaxMs)) {
      try {
        return await target(messages, signal);
      } catch (error) {
        const isOver = performance.now() - startedAt + pauseMs > patienceMs;
        if (!(error instanceof TargetError) || !error.isTemporary || isOver || signal.aborted)
          throw error;
        onRetry(error);
      }
      await delay(pauseMs, undefined, { signal });
    }
  };
}
