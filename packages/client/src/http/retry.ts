import { ChatError, type ChatErrorCode } from "../errors.ts";
import { type Limit, pause, toAbortError } from "./abort.ts";
import { type BackoffBounds, backoffMs } from "./backoff.ts";

/** The maximum number of attempts, and the bounds of the waits between them. */
export interface RetryBounds extends BackoffBounds {
  tries: number;
}

/** What decides whether and when a call is retried. */
export interface Retried {
  limit: Limit;
  bounds: RetryBounds;
  /** Whether the call is idempotent. */
  isRepeatable: boolean;
  /** The error code that means that an earlier attempt has succeeded. */
  doneCode?: ChatErrorCode | undefined;
  /** The id of what the call stores. */
  id?: string | undefined;
}

/**
 * Tries a call until it succeeds, is refused for good, or runs out of attempts or time. It gives up at once when the
 * next attempt would come after the time limit, so that the caller gets the last error and not a timeout.
 * @throws ChatError of the last attempt; with the `id` when an attempt may have stored something under it.
 */
export async function tryRepeatedly<T>(
  attempt: (onSend: () => void) => Promise<T>,
  { limit, bounds, isRepeatable, doneCode, id }: Retried,
): Promise<T | undefined> {
  let mayBeDone = false;
  for (let tries = 1; ; tries++) {
    if (limit.signal.aborted) throw toFinal(toAbortError(limit.signal.reason));
    let isSent = false;
    let waitMs: number;
    try {
      return await attempt(() => {
        isSent = true;
      });
    } catch (thrown) {
      const error = thrown as ChatError;
      if (mayBeDone && error.code === doneCode) return undefined;
      mayBeDone = isSent ? mayBeDoneAfter(error, mayBeDone) : mayBeDone;
      waitMs = (error.retryAfterMs ?? 0) + backoffMs(tries, bounds);
      const isAllowed = isPassing(error) && (isRepeatable || !mayBeDone);
      if (!isAllowed || tries >= bounds.tries || waitMs >= limit.remainingMs()) {
        throw toFinal(error);
      }
    }
    // The loop notices an abort at its start.
    await pause(waitMs, limit.signal).catch(() => undefined);
  }

  function toFinal(error: ChatError): ChatError {
    return mayBeDone && id !== undefined && error.id === undefined ? withId(error, id) : error;
  }
}

/** Tells whether a failed request may succeed later, unchanged. */
export function isPassing({ code, status, cause }: ChatError): boolean {
  // The token function failed, but did not say that there is no token.
  if (code === "unauthorized") return status === undefined && cause !== undefined;
  if (status === undefined) return code === "network" || code === "timeout";
  // A proxy answers 408 on a connection that it gave up.
  return status === 408 || status === 429 || status >= 500;
}

// Refusals whose reason may change between two attempts: this attempt did nothing, an earlier one may have.
const undoneCodes: readonly ChatErrorCode[] = [
  "bad_request",
  "unauthorized",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "payload_too_large",
  "unsupported_media_type",
  "too_many_requests",
];

// An earlier attempt would have been refused in the same way.
const refusedCodes: readonly ChatErrorCode[] = [
  "conflict",
  "precondition_failed",
  "validation_failed",
];

function mayBeDoneAfter({ code }: ChatError, before: boolean): boolean {
  if (refusedCodes.includes(code)) return false;
  return undoneCodes.includes(code) ? before : true;
}

function withId(error: ChatError, id: string): ChatError {
  const { code, message, status, requestId, retryAfterMs, issues, cause } = error;
  const text = `${message} (it may have been stored; repeating it with this id is safe)`;
  return new ChatError(code, text, { status, requestId, retryAfterMs, issues, id, cause });
}
