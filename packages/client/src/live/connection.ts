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

/** What is followed, and who follows it. */
export interface Line {
  /**
   * Says where it is, such as `/messages/tea/events`.
   * @throws ChatError when that cannot be said.
   */
  path(): string | Promise<string>;
  signal: AbortSignalLike;
  tell(state: LiveState): void;
  take(event: ServerSentEvent): void;
  /** Waits until more may be taken; without a promise it may at once. */
  room(): Promise<void> | undefined;
  /** Hears that the connection is lost. */
  lose?(): void;
}

/** How patient a connection is, in ms. */
export interface Patience {
  /** How long nothing may be heard: more than two heartbeats of the server, which come every 15 s. */
  silenceMsMax: number;
  /** Between which times the wait for the next try grows. */
  backoff: { baseMs: number; maxMs: number };
}

const usualPatience: Patience = {
  silenceMsMax: 35_000,
  backoff: { baseMs: 500, maxMs: 30_000 },
};
/** A connection that lasted for so long was a good one, in ms; after a shorter one the wait grows, though not for ever. */
const goodMsMin = 5_000;
const shortTriesMax = 3;
/** Whoever asks to be left alone for longer is asked again all the same, in ms. */
const waitMsMax = 300_000;

// To ask again would bring the same answer.
const finalCodes: readonly ChatErrorCode[] = [
  "bad_request",
  "unauthorized",
  "forbidden",
  "not_found",
  "method_not_allowed",
  "validation_failed",
];

/** Follows a line over one connection after the other, until its signal aborts or the server refuses for good: returns why. */
export async function keepConnected(
  requests: Requests,
  line: Line,
  { silenceMsMax, backoff }: Patience = usualPatience,
): Promise<ChatError | undefined> {
  const { signal } = line;
  const place = { lastEventId: "", retryMs: 0 };
  let tries = 0;
  let isHeard = false;
  // A round is a connection and the pause after it.
  let round = new platform.AbortController();
  const endRound = () => round.abort();
  signal.addEventListener("abort", endRound);
  // Browsers tell when the network is back: what was open before is most likely dead.
  platform.addEventListener?.("online", endRound);
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
      // On top, so that all who were told the same do not come back together.
      const retryInMs = askedMs + backoffMs(tries, backoff);
      line.tell({ status: "offline", error, retryInMs });
      await pause(retryInMs, round.signal).catch(() => undefined);
    }
    return undefined;
  } finally {
    signal.removeEventListener("abort", endRound);
    platform.removeEventListener?.("online", endRound);
  }

  function take(event: ServerSentEvent): void {
    if (event.type === "unavailable") throw toUnavailable(event);
    if (event.type === "expired") {
      place.retryMs = 0;
      throw new ChatError("unavailable", "the token's time is over");
    }
    line.take(event);
    isHeard = true;
  }
}

function toUnavailable(event: ServerSentEvent): ChatError {
  const { detail } = readData<{ detail: unknown }>(event);
  return new ChatError("unavailable", String(detail));
}

function isFinal(error: ChatError): boolean {
  return finalCodes.includes(error.code) && !isPassing(error);
}
