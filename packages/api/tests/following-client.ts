import type { Live } from "../src/live/index.ts";
import type { Place, UserNews } from "../src/live/user/follow-user.ts";
import { readWatermark } from "../src/live/user/watermark.ts";

interface User {
  userId: string;
  joinedAt: ReadonlyMap<string, number>;
}

/** A client that follows a user, asks for entries of all kinds, checks what it gets, and reconnects with the newest watermark. */
export class FollowingClient {
  /** The place in each conversation, by heads, news and entries. */
  readonly places = new Map<string, number>();
  readonly wrongs: string[] = [];
  /** Whether it follows from a watermark, so that it only gets the heads of conversations active since. */
  hasComeBack = false;
  readonly #live: Live;
  readonly #userId: string;
  readonly #joinedAt: ReadonlyMap<string, number>;
  #watermark: string | undefined;
  /** The conversations that this connection announced as left, each with the place that the client had in it. */
  readonly #left = new Map<string, number>();
  #connection = new AbortController();

  constructor(live: Live, { userId, joinedAt }: User) {
    this.#live = live;
    this.#userId = userId;
    this.#joinedAt = joinedAt;
    void this.#follow(this.#connection.signal);
  }

  /** All places, sorted. Conversations that the user left must have been announced. */
  placesInOrder(): Map<string, number> {
    return new Map([...this.places].toSorted(([a], [b]) => (a < b ? -1 : 1)));
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

  async #follow(signal: AbortSignal): Promise<void> {
    const since = this.#watermark === undefined ? undefined : readWatermark(this.#watermark);
    this.hasComeBack = since !== undefined;
    this.#left.clear();
    const input = { user_id: this.#userId, entries: "all" as const, ...(since && { since }) };
    try {
      for await (const news of this.#live.followUser(input, signal)) {
        // News of a closed connection is not received.
        if (signal.aborted) return;
        this.#take(news);
      }
    } catch {
      if (!signal.aborted) this.comeBack(true);
    }
  }

  #take(news: UserNews): void {
    switch (news.kind) {
      case "heads":
        // All heads: the user is no longer in a conversation without one.
        if (!this.hasComeBack) this.places.clear();
        for (const head of news.heads) this.#meet(head);
        if (news.complete) this.#watermark = news.watermark;
        return;
      case "joined":
        this.#join(news.conversation_id, news.last_seq);
        this.#learn(news.conversation_id, news.last_seq);
        return;
      case "left":
        this.#leave(news.conversation_id);
        return;
      case "entries":
        for (const { conversation_id, seq } of news.entries) {
          const place = this.places.get(conversation_id ?? "");
          if (place === undefined || seq !== place + 1) this.wrongs.push(`${seq} after ${place}`);
          this.places.set(conversation_id ?? "", seq);
        }
    }
  }

  #leave(conversationId: string): void {
    if (this.#left.has(conversationId)) this.wrongs.push("left twice");
    this.#left.set(conversationId, this.places.get(conversationId) ?? 0);
    this.places.delete(conversationId);
  }

  // The client reads what is after a place that it holds from the history.
  #meet({ conversation_id, last_seq, joined_seq }: Place): void {
    if (this.hasComeBack && !this.places.has(conversation_id)) {
      this.#join(conversation_id, joined_seq ?? last_seq);
    }
    this.#learn(conversation_id, last_seq);
  }

  // A leaving may be told after the user came back, and after messages of then: they are not sent again.
  #join(conversationId: string, seq: number): void {
    const head = this.#joinedAt.get(conversationId) ?? 0;
    const had = this.#left.get(conversationId) ?? 0;
    if (!this.places.has(conversationId) && seq > Math.max(head, had))
      this.wrongs.push(`joined at ${seq}, not ${head}`);
  }

  #learn(conversationId: string, seq: number): void {
    this.#left.delete(conversationId);
    const place = this.places.get(conversationId) ?? 0;
    if (seq < place) this.wrongs.push(`told of ${seq} at ${place}`);
    this.places.set(conversationId, seq);
  }
}
