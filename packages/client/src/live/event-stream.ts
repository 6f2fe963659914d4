import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ChatError } from "../errors.ts";
import { platform } from "../platform.ts";

/** An event as it arrived. */
export interface ServerSentEvent {
  type: string;
  data: string;
  /** The `id:` of this event itself; `undefined` when it has none. */
  id: string | undefined;
  /** The last `id:` of the stream, of this event or an earlier one; empty when there was none. */
  lastEventId: string;
}

/** The longest event that is accepted, in UTF-16 code units: far longer than any the server writes. */
const eventLengthMax = 8 * 1024 * 1024;

/** Parses the bytes of an event stream: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class EventParser {
  /** The last `id:` of the stream, where a reconnect starts; empty when there was none. */
  lastEventId = "";
  /** The last `retry:` of the stream, in ms; `undefined` when there was none. */
  retryMs: number | undefined;
  // The parser strips the byte order mark: if the decoder did, too, a second one would be lost.
  readonly #decoder = new platform.TextDecoder("utf-8", { ignoreBOM: true });
  readonly #parser = createParser({
    maxBufferSize: eventLengthMax,
    onId: (id) => {
      this.lastEventId = id;
    },
    onRetry: (ms) => {
      this.retryMs = ms;
    },
    onEvent: (event) => this.#add(event),
    onError: ({ type }) => {
      if (type === "max-buffer-size-exceeded") throw tooLong();
    },
  });
  #events: ServerSentEvent[] = [];
  #lineLength = 0;

  /**
   * Takes the next bytes and returns the events that they complete.
   * @throws ChatError `unexpected_answer` when an event is too long.
   */
  push(bytes: Uint8Array): ServerSentEvent[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#measureLine(text);
    this.#events = [];
    this.#parser.feed(text);
    return this.#events;
  }

  #add({ id, event = "message", data }: EventSourceMessage): void {
    this.#events.push({ type: event, data, id, lastEventId: this.lastEventId });
  }

  // The parser discards lines that are not fields without counting them, so its own limit does not apply to them.
  #measureLine(text: string): void {
    let end = text.lastIndexOf("\n");
    if (end < 0) end = text.lastIndexOf("\r");
    this.#lineLength = text.length - end - 1 + (end < 0 ? this.#lineLength : 0);
    if (this.#lineLength > eventLengthMax) throw tooLong();
  }
}

function tooLong(): ChatError {
  return new ChatError("unexpected_answer", "an event of the stream is too long");
}
