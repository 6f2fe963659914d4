import type { Entry, Message } from "@chatnest/db";
import { toConversationEvents } from "../src/live/events.ts";
import { type FollowParts, followConversation } from "../src/live/follow-conversation.ts";
import type { LiveEvent } from "../src/live/following.ts";
import { readPosition } from "../src/live/position.ts";
import type { ConversationEvent } from "../src/schemas/live.ts";

/** Follows a conversation from its beginning, and reconnects to where it was, here or at another process. */
abstract class Client {
  readonly wrongs: string[] = [];
  /** The newest position of an event. */
  protected place = 0;
  readonly #conversationId: string;
  readonly #entries: "all" | undefined;
  #position: string | undefined;
  #connection = new AbortController();

  constructor(conversationId: string, entries?: "all") {
    this.#conversationId = conversationId;
    this.#entries = entries;
  }

  protected abstract take(event: ConversationEvent): void;

  connect(parts: FollowParts): void {
    this.stop();
    this.#connection = new AbortController();
    void this.#follow(parts, this.#connection.signal);
  }

  stop(): void {
    this.#connection.abort();
  }

  async #follow(parts: FollowParts, signal: AbortSignal): Promise<void> {
    const after = readPosition(this.#position ?? "0") ?? ("unreadable" as const);
    const [conversation_id, entries] = [this.#conversationId, this.#entries];
    const input = { conversation_id, entries, after };
    for await (const news of followConversation(parts, input, signal)) {
      for (const event of toConversationEvents(news, { conversation_id, entries })) {
        // News of a closed connection is not received.
        if (signal.aborted) return;
        this.#receive(event);
      }
    }
  }

  #receive({ id = "", event }: LiveEvent<ConversationEvent>): void {
    const seq = readPosition(id)?.seq ?? -1;
    if (seq < this.place) this.wrongs.push(`${id} after ${this.place}`);
    this.#position = id;
    this.place = seq;
    if (event) this.take(event);
  }
}

/** A client that asks for entries of all kinds. */
export class AskingClient extends Client {
  readonly entries: Entry[] = [];

  constructor(conversationId: string) {
    super(conversationId, "all");
  }

  protected take(event: ConversationEvent): void {
    if (event.type === "entry") this.#add(event.entry);
    else if (event.type !== "ready") this.wrongs.push(event.type);
    else if (this.place !== this.entries.length) this.wrongs.push(`ready at ${this.place}`);
  }

  #add(entry: Entry): void {
    this.entries.push(entry);
    if (entry.seq !== this.entries.length || entry.seq !== this.place) {
      this.wrongs.push(`${entry.seq} as the entry ${this.entries.length} at ${this.place}`);
    }
  }
}

/** A client that does not ask, and is live once it holds `last_seq`, as the SDK was before there were other entries. */
export class PlainClient extends Client {
  readonly messages: Message[] = [];
  #held = 0;
  #goal = 0;

  get isLive(): boolean {
    return this.#held >= this.#goal;
  }

  protected take(event: ConversationEvent): void {
    if (event.type === "message") this.#add(event.message);
    else if (event.type !== "ready") this.wrongs.push(event.type);
    else {
      this.#held = Math.max(this.#held, this.place);
      this.#goal = event.last_seq;
    }
  }

  #add(message: Message): void {
    if (message.seq <= this.#held) this.wrongs.push(`${message.seq} at ${this.#held}`);
    if (message.content === "") this.wrongs.push(`${message.seq} is empty`);
    this.messages.push(message);
    this.#held = message.seq;
  }
}
