import type { InboxItem, UnreadTotals } from "@chatnest/db";
import type { Live } from "../src/live/index.ts";
import type { Place, UserNews } from "../src/live/user/follow-user.ts";
import { readWatermark } from "../src/live/user/watermark.ts";

/** What a client holds of a conversation. */
type Held = Omit<InboxItem, "id" | "last_activity_at">;

/** A client that follows a user with the inbox, keeps what it is told, and reconnects with the newest watermark. */
export class InboxClient {
  readonly held = new Map<string, Held>();
  readonly wrongs: string[] = [];
  /** Whether it gets all entries, and would count itself what they change. */
  readonly isCounting: boolean;
  totals: UnreadTotals | undefined;
  readonly #live: Live;
  readonly #userId: string;
  readonly #entries: "all" | undefined;
  #watermark: string | undefined;
  #left = new Set<string>();
  #connection = new AbortController();

  constructor(live: Live, userId: string, entries?: "all") {
    this.#live = live;
    this.#userId = userId;
    this.#entries = entries;
    this.isCounting = entries === "all";
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

  async #follow(signal: AbortSignal): Promise<void> {
    const since = this.#watermark === undefined ? undefined : readWatermark(this.#watermark);
    if (!since) this.held.clear();
    this.#left.clear();
    const input = { user_id: this.#userId, entries: this.#entries, inbox: true };
    try {
      for await (const news of this.#live.followUser(
        { ...input, ...(since && { since }) },
        signal,
      )) {
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
        for (const head of news.heads) this.#meet(head);
        if (news.complete) this.#watermark = news.watermark;
        return;
      case "joined":
        this.#left.delete(news.conversation_id);
        return;
      case "left":
        this.#left.add(news.conversation_id);
        this.held.delete(news.conversation_id);
        return;
      case "unread": {
        const { kind: _, ...totals } = news;
        this.totals = totals;
        return;
      }
      case "read":
      case "settings": {
        const { kind: _, conversation_id, user_id, ...state } = news;
        if (this.#left.has(conversation_id)) this.wrongs.push(`${news.kind} after leaving`);
        if (user_id === this.#userId) this.#hold(conversation_id, state);
      }
    }
  }

  #meet({ conversation_id, last_seq: _, joined_seq: _joined, ...state }: Place): void {
    // It has been left since the heads were read.
    if (state.read_seq === undefined) return;
    this.#left.delete(conversation_id);
    this.held.delete(conversation_id);
    this.#hold(conversation_id, state);
  }

  #hold(conversationId: string, state: Partial<Held>): void {
    const known = this.held.get(conversationId) ?? nothing;
    this.held.set(conversationId, { ...known, ...state });
  }
}

const nothing: Held = {
  read_seq: -1,
  revision: 0,
  unread_count: -1,
  mention_count: -1,
  muted_until: null,
  pinned: false,
  archived: false,
};
