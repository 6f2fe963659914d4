import { type Caller, clockToleranceMs } from "../context.ts";
import { ChatError } from "../errors.ts";

/** The longest delay of a timer, in ms: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const timerMsMax = 2 ** 31 - 1;

/**
 * Makes a signal that aborts with another one, and when the token of the caller expires. In the second case its reason is a
 * ChatError `unauthorized`.
 */
export function untilExpiry(signal: AbortSignal, caller: Caller): AbortSignal {
  if (caller.kind !== "user") return signal;
  const ended = new AbortController();
  const endsAt = caller.expiresAt + clockToleranceMs;
  let timer: NodeJS.Timeout | undefined;

  function wait(): void {
    const leftMs = endsAt - Date.now();
    if (leftMs <= 0) ended.abort(new ChatError("unauthorized", "the token has expired"));
    else timer = setTimeout(wait, Math.min(leftMs, timerMsMax)).unref();
  }

  if (signal.aborted) return signal;
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      ended.abort(signal.reason);
    },
    { once: true },
  );
  wait();
  return ended.signal;
}

/**
 * Throws the reason of an aborted signal if a client has to see it. When the client has left, it just returns.
 * @throws ChatError `unauthorized` when the caller's token has expired.
 */
export function endAs({ reason }: AbortSignal): void {
  if (reason instanceof ChatError) throw reason;
}
