import { ChatError, type ChatErrorCode } from "../errors.ts";
import { type Limit, pause, toAbortError } from "./abort.ts";
import { type BackoffBounds, backoffMs } from "./backoff.ts";

/** How often a call is tried, and how long it waits between. */
export interface RetryBounds extends BackoffBounds {
  tries: number;
}

/** What is to be known of a call before it is tried again. */
export interface Retried {
  limit: Limit;
  bounds: RetryBounds;
  /** Whether to do it twice is to do it once. */
  isRepeatable: boolean;
  /** The failure that says that an earlier try has done it. */
  doneCode?: ChatErrorCode | undefined;
  /** Under which id it stores something. */
  id?: string | undefined;
}

/**
 * Tries a call until it succeeds, is refused for good, or is out of tries or of time. It gives up at once when the next
 * try would come too late, so that the caller gets to know why.
 * @throws ChatError of the last try; with the `id` when it is unknown whether a try has stored something under it.
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
    // An abort shows at the next turn.
    await pause(waitMs, limit.signal).catch(() => undefined);
  }

  function toFinal(error: ChatError): ChatError {
    return mayBeDone && id !== undefined && error.id === undefined ? withId(error, id) : error;
  }
}

/** Says whether what failed may succeed later, as it is. */
export function isPassing({ code, status, cause }: ChatError): boolean {
  // The token could not be had, and nobody said that there is none.
  if (code === "unauthorized") return status === undefined && cause !== undefined;
  if (status === undefined) return code === "network" || code === "timeout";
  // 408 is what a proxy says on a connection that it gave up.
  return status === 408 || status === 429 || status >= 500;
}

// Refused for what may change between two tries: this try has done nothing, one before it may have.
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

function mayBeDoneAfter({ code }: ChatError, before: boolean): boolean {
  // The same would have been refused before, too.
  if (code === "conflict" || code === "validation_failed") return false;
  return undoneCodes.includes(code) ? before : true;
}

function withId(error: ChatError, id: string): ChatError {
  const { code, message, status, requestId, retryAfterMs, issues, cause } = error;
  const text = `${message}; whether it was stored is unknown, to repeat it with this id is safe`;
  return new ChatError(code, text, { status, requestId, retryAfterMs, issues, id, cause });
}
