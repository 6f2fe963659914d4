import { setTimeout as pause } from "node:timers/promises";
import { isStoreError } from "@chatnest/db";

/** How to wait for a store that is away. */
export interface PatienceOptions {
  signal: AbortSignal;
  /** Called before each further attempt. */
  onRetry(reason: string): void;
}

const patienceMs = 60_000;
const pauseMs = 1_000;

/** Calls a function that can be repeated until the store is there, for a minute. */
export async function withPatience<TResult>(
  call: () => Promise<TResult>,
  { signal, onRetry }: PatienceOptions,
): Promise<TResult> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!isStoreError(error, "unavailable") || performance.now() > end) throw error;
      onRetry(error.message);
      await pause(pauseMs, undefined, { signal });
    }
  }
}
