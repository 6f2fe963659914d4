import { setTimeout as delay } from "node:timers/promises";
import type { Message } from "@chatnest/db";
import { SseReader } from "./sse-reader.ts";

/** How a subscriber behaves. */
export interface SubscriberOptions {
  /** The servers it goes to, one after the other. */
  urls: readonly string[];
  path: string;
  /** How long a connection lasts until it leaves by itself, in ms, at most; for ever when there is none. */
  staysMsMax?: number;
}

const pauseMs = 100;

/** Follows a conversation from its beginning, as a client that is cut off again and again and comes back to where it was. */
export class Subscriber {
  /** How often it has come. */
  connections = 0;
  /** What must never happen. */
  readonly wrongs: string[] = [];
  readonly #options: SubscriberOptions;
  readonly #past: Message[] = [];
  readonly #stopped = new AbortController();
  #reader: SseReader | undefined;
  #lastEventId: string | undefined;
  readonly #running: Promise<void>;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** All messages that came, as they came. */
  get messages(): Message[] {
    return [...this.#past, ...(this.#reader?.dataOf<Message>("message") ?? [])];
  }

  /** Their places. */
  get seqs(): number[] {
    return this.messages.map(({ seq }) => seq);
  }

  /** How many messages came. */
  get count(): number {
    return this.#past.length + (this.#reader?.seqs.length ?? 0);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    const stopped = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    while (!signal.aborted) {
      const reader = await this.#connect().catch(() => undefined);
      if (reader) {
        this.#reader = reader;
        await Promise.race([reader.ended, stopped, this.#stay()]);
        await reader.close();
        this.#keep(reader);
      }
      await delay(pauseMs * Math.random(), undefined, { signal }).catch(() => {});
    }
  }

  #connect(): Promise<SseReader> {
    const { urls, path } = this.#options;
    const url = `${urls[this.connections++ % urls.length]}${path}`;
    if (this.#lastEventId === undefined) return SseReader.open(`${url}?after=0`);
    return SseReader.open(url, { headers: { "last-event-id": this.#lastEventId } });
  }

  async #stay(): Promise<void> {
    const { staysMsMax } = this.#options;
    if (staysMsMax === undefined) return new Promise(() => {});
    await delay(staysMsMax * Math.random(), undefined, { signal: this.#stopped.signal }).catch(
      () => {},
    );
  }

  #keep(reader: SseReader): void {
    this.#reader = undefined;
    this.#past.push(...reader.dataOf<Message>("message"));
    this.#lastEventId = reader.lastEventId ?? this.#lastEventId;
    if (reader.response.status !== 200) this.wrongs.push(`status ${reader.response.status}`);
    const kinds = new Set(reader.events.map(({ event }) => event));
    for (const kind of kinds) {
      if (!["ready", "message", "unavailable"].includes(kind)) this.wrongs.push(kind);
    }
  }
}
