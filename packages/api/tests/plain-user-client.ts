import { type ChatStore, conversationStream, type Message } from "@chatnest/db";
import { toUserEvents } from "../src/live/events.ts";
import type { Live } from "../src/live/index.ts";
import { readWatermark } from "../src/live/user/watermark.ts";
import type { UserEvent } from "../src/schemas/live.ts";

/** What a client holds of a conversation. */
interface Held {
  /** Where it began: it has all messages after this. */
  from: number;
  place: number;
  seqs: number[];
}

/** The place of a conversation, as an event tells it. */
interface Heard {
  conversation_id: string;
  last_seq: number;
  joined_seq?: number | undefined;
}

/**
 * A client that follows a user without asking for entries of all kinds. As the SDK does, it reads what it missed up to the heads, and
 * takes what comes after them.
 */
export class PlainUserClient {
  readonly wrongs: string[] = [];
  readonly held = new Map<string, Held>();
  readonly #store: ChatStore;
  readonly #live: Live;
  readonly #userId: string;
  #watermark: string | undefined;
  #connection = new AbortController();

  constructor(store: ChatStore, live: Live, userId: string) {
    this.#store = store;
    this.#live = live;
    this.#userId = userId;
    void this.#follow(this.#connection.signal);
  }

  stop(): void {
    this.#connection.abort();
  }

  comeBack(withWatermark: boolean): void {
    this.stop();
    if (!withWatermark) this.#watermark = undefined;
    this.#connection = new AbortController();
    void this.#follow(this.#connection.signal);
  }

  /** Tells whether it has all messages since it began, in order. */
  async isWhole(conversationIds: readonly string[]): Promise<boolean> {
    if (this.held.size !== conversationIds.length) return false;
    for (const id of conversationIds) {
      const held = this.held.get(id);
      if (!held) return false;
      const existing = await this.#read(id, held.from);
      const seqs = existing.map(({ seq }) => seq);
      // What was deleted later may have come before.
      if (String(held.seqs.filter((seq) => seqs.includes(seq))) !== String(seqs)) return false;
    }
    return true;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const since = this.#watermark === undefined ? undefined : readWatermark(this.#watermark);
    if (!since) this.held.clear();
    const input = { user_id: this.#userId, ...(since && { since }) };
    try {
      for await (const news of this.#live.followUser(input, signal)) {
        for (const { id, event } of toUserEvents(news, { user_id: this.#userId })) {
          // News of a closed connection is not received.
          if (signal.aborted) return;
          if (event) await this.#take(event);
          this.#watermark = id ?? this.#watermark;
        }
      }
    } catch {
      if (!signal.aborted) this.comeBack(true);
    }
  }

  async #take(event: UserEvent): Promise<void> {
    if (event.type === "heads") for (const head of event.heads) await this.#learn(head);
    else if (event.type === "joined") await this.#learn(event);
    else if (event.type === "left") this.held.delete(event.conversation_id);
    else if (event.type === "message") this.#add(event.message);
    else this.wrongs.push(event.type);
  }

  async #learn({ conversation_id, last_seq, joined_seq = last_seq }: Heard): Promise<void> {
    if (joined_seq > last_seq) this.wrongs.push(`joined at ${joined_seq} of ${last_seq}`);
    const held = this.held.get(conversation_id) ?? {
      from: joined_seq,
      place: joined_seq,
      seqs: [],
    };
    this.held.set(conversation_id, held);
    if (last_seq <= held.place) return;
    const missed = await this.#read(conversation_id, held.place, last_seq + 1);
    held.seqs.push(...missed.map(({ seq }) => seq));
    held.place = last_seq;
  }

  #add({ conversation_id, seq, content }: Message): void {
    const held = this.held.get(conversation_id ?? "");
    if (!held || seq <= held.place) this.wrongs.push(`${seq} at ${held?.place}`);
    if (content === "") this.wrongs.push(`${seq} is empty`);
    if (!held) return;
    held.seqs.push(seq);
    held.place = seq;
  }

  #read(id: string, after: number, before = Number.MAX_SAFE_INTEGER): Promise<Message[]> {
    const range = { after, before, limit: 1_000, from: "oldest" } as const;
    return this.#store.messages.page(conversationStream(id), range);
  }
}
