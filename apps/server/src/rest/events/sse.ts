import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";

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
}

/** Writes an event as text. */
export function toEventText({ event, data }: ServerSentEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Says where to begin again behind an event that is written; without an id, the one before stands. */
export function withId(id: string | undefined, text: string): string {
  return id === undefined ? text : `id: ${id}\n${text}`;
}

/** Writes when to come back, in ms: spread over a time, so that all who were cut off do not come back at once. */
export function toRetryText(fromMs: number, toMs: number): string {
  return `retry: ${Math.round(fromMs + Math.random() * (toMs - fromMs))}\n\n`;
}

/** Begins a stream with these headers beside its own. */
export function beginStream(
  response: ServerResponse,
  headers: Record<string, string>,
): EventStream {
  // Ended by the connection's end: framed in chunks, an event would cost a third more.
  response.removeHeader("transfer-encoding");
  response.writeHead(200, { ...headers, ...streamHeaders, connection: "close" });
  response.flushHeaders();
  return new NodeEventStream(response);
}

/** One stream of events. */
export interface EventStream {
  /** Writes, and answers when there is room for more: without a promise where there is, or the stream is closed. */
  write(chunk: string | Buffer): Promise<void> | undefined;
  /** Says that the stream is alive; what waits to go out says it as well. */
  sayAlive(): void;
  end(): void;
}

/** A stream on Node's own response. It holds what its reader has not taken to what was written last: the next is asked for only then. */
class NodeEventStream implements EventStream {
  readonly #response: ServerResponse;
  /** The connection itself; a stream whose turn on it has not come writes to the response, which keeps what it gets. */
  readonly #out: Writable;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#out = response.socket ?? response;
  }

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

  sayAlive(): void {
    if (!this.#response.writableEnded && !this.#out.writableNeedDrain) this.#out.write(": \n\n");
  }

  end(): void {
    this.#response.end();
  }
}
