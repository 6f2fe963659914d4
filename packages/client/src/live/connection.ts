import { ChatError, type ChatErrorCode } from "../errors.ts";
import { pause } from "../http/abort.ts";
import { backoffMs } from "../http/backoff.ts";
import type { Requests } from "../http/request.ts";
import { isPassing } from "../http/retry.ts";
import { type AbortSignalLike, platform } from "../platform.ts";
import type { ServerSentEvent } from "./event-stream.ts";
import { readData } from "./events.ts";
import type { LiveState } from "./state.ts";
import { readStream } from "./stream.ts";

/** A path to follow, and the receiver of its events. */
export interface Line {
  /**
   * Returns the path, such as `/messages/tea/events`.
   * @throws ChatError when there is none.
   */
  path(): string | Promise<string>;
  /** Whether entries of all kinds are asked for, not only messages. */
  entries?: "all" | undefined;
  signal: AbortSignalLike;
  tell(state: LiveState): void;
  take(event: ServerSentEvent): void;
  /** Resolves when more events can be taken; returns `undefined` when they can be taken now. */
  room(): Promise<void> | undefined;
  /** Called when the connection is lost. */
  lose?(): void;
}

/** The time limits of a connection, in ms. */
export interface Patience {
  /** How long a connection may be silent: more than two of the server's heartbeats, which it sends every 15 s. */
  silenceMsMax: number;
  /** The bounds of the wait before the next attempt. */
  backoff: { baseMs: number; maxMs: number };
}

const usualPatience: Patience = {
  silenceMsMax: 35_000,
  backoff: { baseMs: 500, maxMs: 30_000 },
};
/** A connection that lasts this long resets the wait, in ms; shorter ones let it grow, up to `shortTriesMax` tries. */
const goodMsMin = 5_000;
const shortTriesMax = 3;
/** The longest wait that a server can ask for, in ms. */
const waitMsMax = 300_000;

const finalCodes: readonly ChatErrorCode[] = [
  "bad_request",
  "unauthorized",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "validation_failed",
];

/** Follows a line, reconnecting until its signal aborts or the server refuses for good; returns the refusal. */
export async function keepConnected(
  requests: Requests,
  line: Line,
  { silenceMsMax, backoff }: Patience = usualPatience,
): Promise<ChatError | undefined> {
  const { signal } = line;
  const place = { lastEventId: "", retryMs: 0 };
  let tries = 0;
  let isHeard = false;
  let mayHurry = true;
  // A round is a connection and the pause after it, whose last part grows with each attempt.
  let round = new platform.AbortController();
  let growth = new platform.AbortController();
  const endRound = () => {
    round.abort();
    growth.abort();
  };
  signal.addEventListener("abort", endRound);
  // Browsers fire `online` when the network is back: an open connection is then most likely dead.
  platform.addEventListener?.("online", endRound);
  // Another request of the client found the server again: once for each loss, in case it is only this path that fails.
  const stopHurrying = requests.onBack(() => {
    if (mayHurry) growth.abort();
    mayHurry = false;
  });
  try {
    while (!signal.aborted) {
      round = new platform.AbortController();
      line.tell({ status: "connecting" });
      isHeard = false;
      const startedAt = Date.now();
      const options = { ...line, place, silenceMsMax, take, signal: round.signal };
      const error = await readStream(requests, options);
      line.lose?.();
      if (signal.aborted) break;
      if (isFinal(error)) return error;
      const triesBefore = Date.now() - startedAt < goodMsMin ? shortTriesMax - 1 : 0;
      tries = (isHeard ? Math.min(tries, triesBefore) : tries) + 1;
      const askedMs = Math.min(error.retryAfterMs ?? place.retryMs, waitMsMax);
      // Added, so that clients that were told the same time do not reconnect together.
      const grownMs = backoffMs(tries, backoff);
      line.tell({ status: "offline", error, retryInMs: askedMs + grownMs });
      mayHurry ||= isHeard;
      growth = new platform.AbortController();
      await pause(askedMs, round.signal).catch(() => undefined);
      if (!round.signal.aborted) await pause(grownMs, growth.signal).catch(() => undefined);
    }
    return undefined;
  } finally {
    signal.removeEventListener("abort", endRound);
    platform.removeEventListener?.("online", endRound);
    stopHurrying();
  }

  function take(event: ServerSentEvent): void {
    if (event.type === "unavailable") throw toUnavailable(event);
    if (event.type === "expired") {
      place.retryMs = 0;
      throw new ChatError("unavailable", "the token has expired");
    }
    line.take(event);
    isHeard = true;
  }
}

function toUnavailable(event: ServerSentEvent): ChatError {
  const { code, detail } = readData<{ code?: unknown; detail: unknown }>(event);
  // A member that was removed: coming back would get the same answer, as a status.
  return new ChatError(code === "not_found" ? code : "unavailable", String(detail));
}

/** Tells whether asking again would get the same answer. */
export function isFinal(error: ChatError): boolean {
  return finalCodes.includes(error.code) && !isPassing(error);
}
