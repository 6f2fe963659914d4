import { ChatError, isChatError } from "../errors.ts";
import { type AbortSignalLike, platform } from "../platform.ts";

/** A time that something may take. */
export interface Limit {
  /** Aborted when the time is over or the signal that it was made from is; its `reason` is a ChatError. */
  signal: AbortSignalLike;
  /** What is left of the time. */
  remainingMs(): number;
  /** Stops the clock. */
  end(): void;
}

// Longer times overflow a timer, which then fires at once.
const timerMsMax = 2 ** 31 - 1;

/** Ends something by a signal, or before it. */
export interface Ending {
  /** Its `reason` is a ChatError. */
  signal: AbortSignalLike;
  abort(error: ChatError): void;
  /** Lets go of the signal it was made from. */
  release(): void;
}

/** Makes a signal for something that may end before the signal does that it is made from. */
export function endWith(parent: AbortSignalLike | undefined): Ending {
  const controller = new platform.AbortController();
  const onAbort = () => controller.abort(toAbortError(parent?.reason));
  if (parent?.aborted) onAbort();
  else parent?.addEventListener("abort", onAbort);
  return {
    signal: controller.signal,
    abort: (error) => controller.abort(error),
    release: () => parent?.removeEventListener("abort", onAbort),
  };
}

/** Starts the clock of something that may take so long, and that a signal may end before. */
export function startLimit(ms: number, parent: AbortSignalLike | undefined): Limit {
  const { signal, abort, release } = endWith(parent);
  const endsAt = platform.performance.now() + ms;
  const timer = platform.setTimeout(
    () => abort(new ChatError("timeout", `no answer within ${ms} ms`)),
    Math.min(ms, timerMsMax),
  );
  return {
    signal,
    remainingMs: () => endsAt - platform.performance.now(),
    end() {
      platform.clearTimeout(timer);
      release();
    },
  };
}

/**
 * Waits for something, but not beyond an abort.
 * @throws ChatError `aborted` or `timeout`
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(toAbortError(signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/**
 * Waits for so long.
 * @throws ChatError `aborted` or `timeout` when the signal ends it.
 */
export async function pause(ms: number, signal: AbortSignalLike | undefined): Promise<void> {
  let timer: unknown;
  const over = new Promise<void>((resolve) => {
    timer = platform.setTimeout(resolve, Math.min(ms, timerMsMax));
  });
  try {
    await orAborted(over, signal);
  } finally {
    platform.clearTimeout(timer);
  }
}

/** Turns the reason of an aborted signal into the error of the call that it ended. */
export function toAbortError(reason: unknown): ChatError {
  if (isChatError(reason)) return reason;
  // `AbortSignal.timeout()` gives this name: https://dom.spec.whatwg.org/#dom-abortsignal-timeout
  const isTimeout = (reason as { name?: unknown } | null | undefined)?.name === "TimeoutError";
  const message = isTimeout ? "the call took too long" : "the call was aborted";
  return new ChatError(isTimeout ? "timeout" : "aborted", message, { cause: reason });
}
