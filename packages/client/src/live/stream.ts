import { ChatError, isChatError } from "../errors.ts";
import { orAborted } from "../http/abort.ts";
import { readProblem } from "../http/answer.ts";
import type { Requests } from "../http/request.ts";
import { type AbortSignalLike, platform } from "../platform.ts";
import { EventParser, type ServerSentEvent } from "./event-stream.ts";
import { type SilenceWatch, watchSilence } from "./silence.ts";

/** What of a stream outlives one connection. */
interface StreamPlace {
  /** Where to begin again; empty at first. */
  lastEventId: string;
  /** How long the server wants to be left alone after a cut, in ms. */
  retryMs: number;
}

/** Where a stream is, and who takes its events. */
export interface StreamOptions {
  path(): string | Promise<string>;
  place: StreamPlace;
  signal: AbortSignalLike;
  /** How long nothing may be heard, in ms. */
  silenceMsMax: number;
  take(event: ServerSentEvent): void;
  /** Waits until more may be taken; without a promise it may at once. */
  room(): Promise<void> | undefined;
}

/** Reads a stream until it ends, however it does, and returns why. */
export async function readStream(requests: Requests, options: StreamOptions): Promise<ChatError> {
  const { signal, silenceMsMax } = options;
  const connection = new platform.AbortController();
  const cut = () => connection.abort();
  signal.addEventListener("abort", cut);
  const silence = watchSilence(silenceMsMax, cut);
  try {
    if (signal.aborted) cut();
    await receive(requests, { ...options, signal: connection.signal }, silence);
    return new ChatError("network", "the server ended the stream");
  } catch (cause) {
    if (silence.isTooLong) {
      return new ChatError("timeout", `nothing was heard for ${silenceMsMax / 1000} s`, { cause });
    }
    if (isChatError(cause)) return cause;
    return new ChatError("network", "the stream broke off", { cause });
  } finally {
    silence.stop();
    signal.removeEventListener("abort", cut);
    // Frees the socket where something other than the other side ended the stream.
    cut();
  }
}

async function receive(
  requests: Requests,
  { path, place, signal, take, room }: StreamOptions,
  silence: SilenceWatch,
): Promise<void> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (place.lastEventId !== "") headers["last-event-id"] = place.lastEventId;
  const asked = await orAborted(Promise.resolve(path()), signal);
  const response = await requests.send(asked, { method: "GET", headers, signal });
  const type = response.headers.get("content-type");
  // The pages of proxies and of the nets of hotels come with any status, 200 too.
  if (response.status !== 200) throw await readProblem(response);
  if (!response.body || !type?.startsWith("text/event-stream")) {
    throw new ChatError("unexpected_answer", `${type} is no stream of events; is the url right?`);
  }
  const parser = new EventParser();
  const reader = response.body.getReader();
  // For a fetch of the app's own that does not heed its signal while it is read.
  signal.addEventListener("abort", () => void reader.cancel().catch(() => undefined));
  for (;;) {
    silence.listen();
    const { done, value } = await reader.read();
    silence.rest();
    if (done) return;
    if (value) takeAll(parser.push(value));
    place.lastEventId = parser.lastEventId || place.lastEventId;
    const full = room();
    if (full) await full;
  }

  function takeAll(events: ServerSentEvent[]): void {
    place.retryMs = parser.retryMs ?? place.retryMs;
    for (const event of events) {
      takeOne(event);
      place.lastEventId = event.lastEventId || place.lastEventId;
    }
  }

  // What handlers throw does not come here, so it is the data that cannot be read.
  function takeOne(event: ServerSentEvent): void {
    try {
      take(event);
    } catch (cause) {
      if (isChatError(cause)) throw cause;
      const text = `the data of ${event.type} is not what it should be`;
      throw new ChatError("unexpected_answer", text, { cause });
    }
  }
}
