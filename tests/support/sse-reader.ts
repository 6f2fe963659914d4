import { setTimeout as delay } from "node:timers/promises";

/** An event as it came over the wire. */
export interface ReadEvent {
  event: string;
  data: unknown;
  /** The `id:` of this event itself; a browser would keep the one before where it is absent. */
  id?: string;
}

const timeoutMs = 10_000;

/** Reads a `text/event-stream` over `fetch`: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export class SseReader implements AsyncDisposable {
  readonly events: ReadEvent[] = [];
  /** What `retry:` has said, the newest last. */
  readonly retries: number[] = [];
  /** How many comment lines came. */
  comments = 0;
  /** The newest `id:`, to come back with. */
  lastEventId: string | undefined;
  isEnded = false;
  readonly response: Response;
  /** Resolves when the stream has ended or was cut. */
  readonly ended: Promise<void>;
  readonly #connection: AbortController;
  #news = Promise.withResolvers<void>();

  private constructor(response: Response, connection: AbortController) {
    this.response = response;
    this.#connection = connection;
    this.ended = this.#read(response);
  }

  /** Asks for a stream and begins to read it. */
  static async open(url: string, init: RequestInit = {}): Promise<SseReader> {
    const connection = new AbortController();
    const headers = { accept: "text/event-stream", ...init.headers };
    const response = await fetch(url, { ...init, headers, signal: connection.signal });
    return new SseReader(response, connection);
  }

  /** The data of all events of one kind. */
  dataOf<TData>(event: string): TData[] {
    return this.events.filter((one) => one.event === event).map(({ data }) => data as TData);
  }

  /** The places of all messages that came, as they came. */
  get seqs(): number[] {
    return this.dataOf<{ seq: number }>("message").map(({ seq }) => seq);
  }

  /** Waits until what was read is as wanted. */
  async until(isSo: (reader: this) => boolean, waitMs = timeoutMs): Promise<this> {
    const timer = new AbortController();
    const late = delay(waitMs, true, { signal: timer.signal }).catch(() => true);
    while (!isSo(this)) {
      const isLate = await Promise.race([late, this.#news.promise]);
      if (!isLate) continue;
      const newest = JSON.stringify(this.events.slice(-3)).slice(0, 1_000);
      throw new Error(`not so after ${waitMs} ms: ${isSo}; ended: ${this.isEnded}; ${newest}`);
    }
    timer.abort();
    return this;
  }

  /** Leaves, as a client that is closed does. */
  close(): Promise<void> {
    this.#connection.abort();
    return this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read({ body }: Response): Promise<void> {
    let rest = "";
    try {
      for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const blocks = (rest + text).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) this.#take(block);
        this.#tell();
      }
    } catch {
      // Cut by this side or the other: either way it has ended.
    }
    this.isEnded = true;
    this.#tell();
  }

  #take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split("\n")) {
      const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (name === "") this.comments++;
      else fields.set(name, value);
    }
    const [id, retry, data] = ["id", "retry", "data"].map((name) => fields.get(name));
    if (id !== undefined) this.lastEventId = id;
    if (retry !== undefined) this.retries.push(Number(retry));
    // tRPC's `ping` carries none.
    if (!data) return;
    const event = fields.get("event") ?? "message";
    this.events.push({ event, data: JSON.parse(data), ...(id !== undefined && { id }) });
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
