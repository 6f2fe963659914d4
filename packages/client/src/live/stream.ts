import { ChatError, isChatError } from "../errors.ts";
import { orAborted } from "../http/abort.ts";
import { readProblem } from "../http/answer.ts";
import type { Requests } from "../http/request.ts";
import { type AbortSignalLike, platform } from "../platform.ts";
import { EventParser, type ServerSentEvent } from "./event-stream.ts";
import { type SilenceWatch, watchSilence } from "./silence.ts";

/** The state of a stream that outlives a connection. */
interface StreamPlace {
  /** The last event id, sent by the next connection; empty at first. */
  lastEventId: string;
  /** How long the server asks to wait after a connection has ended, in ms. */
  retryMs: number;
}

/** A stream to read, and the receiver of its events. */
export interface StreamOptions {
  path(): string | Promise<string>;
  entries?: "all" | undefined;
  place: StreamPlace;
  signal: AbortSignalLike;
  /** How long the stream may be silent, in ms. */
  silenceMsMax: number;
  take(event: ServerSentEvent): void;
  /** Resolves when more events can be taken; returns `undefined` when they can be taken now. */
  room(): Promise<void> | undefined;
}

/** Reads a stream until it ends, and returns the reason. */
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
      return new ChatError("timeout", `nothing was received for ${silenceMsMax / 1000} s`, {
        cause,
      });
    }
    if (isChatError(cause)) return cause;
    return new ChatError("network", "the stream was cut off", { cause });
  } finally {
    silence.stop();
    signal.removeEventListener("abort", cut);
    // Frees the socket when it was not the server that ended the stream.
    cut();
  }
}

async function receive(
  requests: Requests,
  { path, entries, place, signal, take, room }: StreamOptions,
  silence: SilenceWatch,
): Promise<void> {
  // A parameter of `Accept`: old servers ignore it, and refuse a query or a header that they do not know.
  const accept = entries ? `text/event-stream;entries=${entries}` : "text/event-stream";
  const headers: Record<string, string> = { accept };
  if (place.lastEventId !== "") headers["last-event-id"] = place.lastEventId;
  const asked = await orAborted(Promise.resolve(path()), signal);
  const response = await requests.send(asked, { method: "GET", headers, signal });
  const type = response.headers.get("content-type");
  // Proxies and captive portals answer with pages of their own and any status, including 200.
  if (response.status !== 200) throw await readProblem(response);
  if (!response.body || !type?.startsWith("text/event-stream")) {
    throw new ChatError("unexpected_answer", `${type} is not an event stream; check the url`);
  }
  const parser = new EventParser();
  const reader = response.body.getReader();
  // For a custom `fetch` that ignores its signal while the body is read.
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

  // Errors of handlers do not get here: the data has caused this one.
  function takeOne(event: ServerSentEvent): void {
    try {
      take(event);
    } catch (cause) {
      if (isChatError(cause)) throw cause;
      const text = `the data of the ${event.type} event is not as expected`;
      throw new ChatError("unexpected_answer", text, { cause });
    }
  }
}
