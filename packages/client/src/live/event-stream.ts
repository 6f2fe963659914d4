import { ChatError } from "../errors.ts";
import { platform } from "../platform.ts";

/** An event as it came over the wire. */
export interface ServerSentEvent {
  type: string;
  data: string;
  /** The newest `id:` so far, be it of this event or of one before it; empty when there was none. */
  lastEventId: string;
}

/** How long one event may be, in UTF-16 code units: far more than the server ever writes. */
const eventLengthMax = 8 * 1024 * 1024;

/** Reads events from the bytes of a stream, in whatever pieces they come: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventParser {
  /** Where to begin again; empty until the stream has said it. */
  lastEventId = "";
  /** How long to wait before coming back, in ms; `undefined` until the stream has said it. */
  retryMs: number | undefined;
  // The decoder takes off the byte order mark, and keeps a character of which only the first bytes came.
  readonly #decoder = new platform.TextDecoder();
  #line = "";
  #endedWithCr = false;
  #type = "";
  #data: string | undefined;
  #id = "";

  /**
   * Takes the next bytes, and returns the events that they complete.
   * @throws ChatError `unexpected_answer` when an event has no end.
   */
  push(bytes: Uint8Array): ServerSentEvent[] {
    const events: ServerSentEvent[] = [];
    const text = this.#toLineFeeds(this.#decoder.decode(bytes, { stream: true }));
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = this.#line + text.slice(start, end);
      this.#line = "";
      start = end + 1;
      if (line !== "") this.#takeField(line);
      else this.#endEvent(events);
    }
    // Added to, and searched no more: a line in many pieces costs no more than in one.
    this.#line += text.slice(start);
    if (this.#line.length + (this.#data?.length ?? 0) > eventLengthMax) {
      throw new ChatError("unexpected_answer", "an event of the stream is too long");
    }
    return events;
  }

  // A line ends with CR, LF or both; the two of a pair may come apart.
  #toLineFeeds(text: string): string {
    const rest = this.#endedWithCr && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#endedWithCr = text.endsWith("\r");
    return rest.includes("\r") ? rest.replace(/\r\n?/g, "\n") : rest;
  }

  #takeField(line: string): void {
    const colon = line.indexOf(":");
    // A comment.
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (name === "data") {
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (name === "event") {
      this.#type = value;
    } else if (name === "id") {
      if (!value.includes("\0")) this.#id = value;
    } else if (name === "retry" && /^\d+$/.test(value)) {
      this.retryMs = Number(value);
    }
  }

  #endEvent(events: ServerSentEvent[]): void {
    this.lastEventId = this.#id;
    if (this.#data !== undefined) {
      events.push({
        type: this.#type || "message",
        data: this.#data,
        lastEventId: this.lastEventId,
      });
    }
    this.#type = "";
    this.#data = undefined;
  }
}
