import { ChatError, isChatError } from "../errors.ts";
import { type AbortSignalLike, platform } from "../platform.ts";

/** A time limit. */
export interface Limit {
  /** Aborted at the limit, or with the parent signal; its `reason` is a ChatError. */
  signal: AbortSignalLike;
  /** The time left, in ms. */
  remainingMs(): number;
  /** Stops the clock. */
  end(): void;
}

// Longer times overflow a timer, which then fires at once.
const timerMsMax = 2 ** 31 - 1;

/** A signal that aborts with its parent, or before it. */
export interface Ending {
  /** Its `reason` is a ChatError. */
  signal: AbortSignalLike;
  abort(error: ChatError): void;
  /** Stops listening to the parent. */
  release(): void;
}

/** Creates a signal that aborts with its parent and can be aborted before it. */
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

/** Starts a time limit in ms, which the parent signal can end earlier. */
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
 * Waits for a promise until the signal aborts.
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
 * Waits for a time in ms.
 * @throws ChatError `aborted` or `timeout` when the signal aborts.
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

/** Converts the reason of an aborted signal to the error of the call that it ended. */
export function toAbortError(reason: unknown): ChatError {
  if (isChatError(reason)) return reason;
  // The name that `AbortSignal.timeout()` gives: https://dom.spec.whatwg.org/#dom-abortsignal-timeout
  const isTimeout = (reason as { name?: unknown } | null | undefined)?.name === "TimeoutError";
  const message = isTimeout ? "the call took too long" : "the call was aborted";
  return new ChatError(isTimeout ? "timeout" : "aborted", message, { cause: reason });
}
