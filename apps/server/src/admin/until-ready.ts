import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "../command-error.ts";
import type { OpenedStore } from "../store.ts";

const readyTimeoutMs = 30_000;

/**
 * Waits for a store that a command needs.
 * @throws CommandError when it does not answer in time, StoreError `cannot_open`, or the reason of the signal.
 */
export async function untilReady(
  { ready, name }: Pick<OpenedStore, "ready" | "name">,
  signal: AbortSignal,
): Promise<void> {
  const waited = new AbortController();
  const timer = delay(readyTimeoutMs, true, { signal: AbortSignal.any([signal, waited.signal]) });
  try {
    const isLate = await Promise.race([timer, ready.then(() => false)]);
    if (isLate) throw new CommandError(`${name} did not answer within ${readyTimeoutMs / 1000} s`);
  } finally {
    waited.abort();
  }
}

/**
 * Waits for a store that a command needs, and closes it when it does not become ready.
 * @throws as {@link untilReady}.
 */
export async function untilReadyOrClosed(opened: OpenedStore, signal: AbortSignal): Promise<void> {
  try {
    await untilReady(opened, signal);
  } catch (error) {
    await opened.store.close();
    throw error;
  }
}
