import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { readUnacknowledged, type Unacknowledged } from "./unacknowledged.ts";

/** How long a stream may say nothing before it says that it is alive, in ms. */
const heartbeatMs = 15_000;
const heartbeat = ": \n\n";

/** What every stream says of itself. */
export const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  // Told to nginx and its like: hand on what comes as it comes.
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
};

/** An event of a stream: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export interface ServerSentEvent {
  event: string;
  data: unknown;
  /** Where to begin again; without one, the one before stands. */
  id?: string;
}

/** Writes an event as text. */
export function toEventText({ event, data, id }: ServerSentEvent): string {
  const place = id === undefined ? "" : `id: ${id}\n`;
  return `${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Writes when to come back, in ms: spread over a time, so that all who were cut off do not come back at once. */
export function toRetryText(fromMs: number, toMs: number): string {
  return `retry: ${Math.round(fromMs + Math.random() * (toMs - fromMs))}\n\n`;
}

/** The streams of a server, and the one heartbeat that serves them all. */
export class EventStreams {
  readonly #open = new Set<EventStream>();
  #timer: NodeJS.Timeout | undefined;

  /** Begins a stream with these headers beside its own. */
  begin(response: ServerResponse, headers: Record<string, string>): EventStream {
    // Ended by the connection's end: framed in chunks, an event would cost a third more.
    response.removeHeader("transfer-encoding");
    response.writeHead(200, { ...headers, ...streamHeaders, connection: "close" });
    response.flushHeaders();
    const stream = new EventStream(response);
    this.#open.add(stream);
    this.#timer ??= setInterval(() => void this.#beat(), heartbeatMs).unref();
    response.once("close", () => {
      this.#open.delete(stream);
      if (this.#open.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    });
    return stream;
  }

  async #beat(): Promise<void> {
    const unacknowledged = await readUnacknowledged();
    for (const stream of this.#open) stream.beat(unacknowledged);
  }
}

/** One stream. It holds what its reader has not taken to what was written last: the next is asked for only then. */
export class EventStream {
  readonly #response: ServerResponse;
  /** The connection itself; a stream whose turn on it has not come writes to the response, which keeps what it gets. */
  readonly #out: Writable;
  /** How many bytes had arrived at the last heartbeat, and whether more were due then. */
  #arrived = 0;
  #wasDue = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#out = response.socket ?? response;
  }

  /** Writes, and answers when there is room for more: without a promise where there is, or the stream is closed. */
  write(chunk: string | Buffer): Promise<void> | undefined {
    const out = this.#out;
    if (out.destroyed || out.write(chunk)) return undefined;
    return new Promise<void>((resolve) => {
      const done = () => {
        out.off("drain", done);
        out.off("close", done);
        resolve();
      };
      out.on("drain", done);
      out.on("close", done);
    });
  }

  /** Says that the stream is alive, and cuts it where nothing of what was due since the last time has arrived. */
  beat(unacknowledged: Unacknowledged): void {
    const { socket } = this.#response;
    if (!socket || socket.destroyed) return;
    const arrived = socket.bytesWritten - socket.writableLength - (unacknowledged(socket) ?? 0);
    if (this.#wasDue && arrived <= this.#arrived) {
      socket.destroy();
      return;
    }
    if (!this.#response.writableEnded && !this.#out.writableNeedDrain) this.#out.write(heartbeat);
    this.#arrived = arrived;
    this.#wasDue = socket.bytesWritten > arrived;
  }

  end(): void {
    this.#response.end();
  }
}
