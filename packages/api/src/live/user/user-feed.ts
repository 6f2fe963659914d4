import type { Entry, Membership } from "@chatnest/db";
import { type InboxNews, PendingNews } from "../inbox/inbox-news.ts";
import type { LogTail } from "../log-tail.ts";

/** A conversation that the user joined or left. */
export interface MembershipNews {
  kind: "joined" | "left";
  conversation_id: string;
  last_seq: number;
}

/**
 * How many of these, and how many news of the inbox, are queued for a slow reader. With one more the feed is lost, and the reader
 * has to reconnect.
 */
const newsMax = 1_000;
/** How far the clocks of processes that write memberships may differ, in ms. */
export const clocksDifferByMs = 60_000;

/**
 * What one connection of a user still has to send, and what it has sent. It keeps places only for conversations that woke since
 * the connection began, and memberships only if they changed since then.
 */
export class UserFeed {
  readonly userId: string;
  /** By `performance.now()`. */
  readonly #connectedAt = performance.now();
  #readyAt: number | undefined;
  /** Whether events may have been missed, so that the client has to reconnect. */
  isLost = false;
  /** Conversations with events before the feed was ready. `true` when the user may have left. */
  readonly postponed = new Map<string, boolean>();
  readonly #beganAt = Date.now();
  /** What was announced of recent memberships: the time of joining in ms since 1970, or that the user left. */
  readonly #told = new Map<string, number | Left>();
  readonly #places = new Map<string, number>();
  readonly #awake = new Set<string>();
  readonly #news: MembershipNews[] = [];
  readonly #inboxNews = new PendingNews();
  #call: (() => void) | undefined;

  constructor(userId: string) {
    this.userId = userId;
  }

  /** Whether the heads have been read. Nothing can be sent before that. */
  get isReady(): boolean {
    return this.#readyAt !== undefined;
  }

  /** Marks the feed as ready. */
  begin(): void {
    this.#readyAt = performance.now();
  }

  /** Returns since when events may have been missed. A check that began at `checkedAt` covers the feed only if it was ready. */
  heardSince(checkedAt: number): number {
    const isChecked = this.#readyAt !== undefined && checkedAt > this.#readyAt;
    return isChecked ? checkedAt : this.#connectedAt;
  }

  /** Postpones the lookup of a conversation until the feed is ready. */
  postpone(conversationId: string, mayHaveLeft: boolean): void {
    const known = this.postponed.get(conversationId) ?? false;
    this.postponed.set(conversationId, known || mayHaveLeft);
  }

  /** Returns the place of the feed in a conversation; `undefined` when it holds none. */
  placeIn(conversationId: string): number | undefined {
    return this.#places.get(conversationId);
  }

  /** The conversations in which the feed holds a place. */
  conversations(): Iterable<string> {
    return this.#places.keys();
  }

  /** Holds a place in a conversation: entries after it are sent. */
  hold(conversationId: string, seq: number): void {
    this.#places.set(conversationId, seq);
  }

  /** Drops the place in a conversation. Entries that were read after it are not sent. */
  release(conversationId: string): void {
    this.#places.delete(conversationId);
    this.#awake.delete(conversationId);
  }

  /** Tells whether the user knows of this membership. The heads have announced those older than the feed. */
  knows({ conversation_id, joined_at }: JoinedAt): boolean {
    const told = this.#told.get(conversation_id);
    return told === undefined ? !this.#isRecent(joined_at) : told === joined_at.getTime();
  }

  /** Remembers that the user knows of a membership. */
  learn({ conversation_id, joined_at }: JoinedAt): void {
    if (this.#isRecent(joined_at) || this.#told.has(conversation_id)) {
      this.#told.set(conversation_id, joined_at.getTime());
    }
  }

  /** Stops sending a conversation that the user has left; returns `false` when that was announced before. */
  leave(conversationId: string): boolean {
    const place = this.placeIn(conversationId) ?? 0;
    this.release(conversationId);
    this.#inboxNews.forget(conversationId);
    if (this.#hasLeft(conversationId)) return false;
    this.#told.set(conversationId, { place });
    return true;
  }

  /** Returns how far a conversation was sent before the user left; 0 when the user did not, or there was no place. */
  placeLeft(conversationId: string): number {
    const told = this.#told.get(conversationId);
    return typeof told === "object" ? told.place : 0;
  }

  #isRecent(joinedAt: Date): boolean {
    return joinedAt.getTime() >= this.#beganAt - clocksDifferByMs;
  }

  /** Queues news of a membership, ahead of all entries. */
  announce(news: MembershipNews): void {
    if (this.#news.length < newsMax) this.#news.push(news);
    else this.isLost = true;
    this.#notify();
  }

  /** Queues news of the inbox, behind the entries of its conversation. Nothing is told of a conversation that the user has left. */
  tell(news: InboxNews): void {
    if (news.kind !== "unread" && this.#hasLeft(news.conversation_id)) return;
    this.#inboxNews.add(news);
    if (this.#inboxNews.size > newsMax) this.isLost = true;
    this.#notify();
  }

  #hasLeft(conversationId: string): boolean {
    return typeof this.#told.get(conversationId) === "object";
  }

  /** Notes that a conversation has new entries. */
  wake(conversationId: string): void {
    this.#awake.add(conversationId);
    this.#notify();
  }

  /** Ends the feed, because events may have been missed. */
  lose(): void {
    this.isLost = true;
    this.#notify();
  }

  /**
   * Takes what has to be sent next: membership news first, then news of the inbox where no entries wait, then entries, one
   * conversation after the other; `undefined` when there is nothing.
   * @throws StoreError `unavailable`, `closed`.
   */
  async take(
    tailOf: (conversationId: string) => LogTail | undefined,
  ): Promise<MembershipNews | InboxNews | readonly Entry[] | undefined> {
    for (;;) {
      const news = this.#news.shift() ?? this.#inboxNews.take((id) => this.#awake.has(id));
      if (news) return news;
      const [conversationId] = this.#awake;
      if (conversationId === undefined) return undefined;
      this.#awake.delete(conversationId);
      const place = this.placeIn(conversationId);
      const found = place === undefined ? undefined : tailOf(conversationId)?.read(place);
      if (!found) continue;
      const entries = found instanceof Promise ? await found : found;
      const last = entries.at(-1);
      const isLeft = this.placeIn(conversationId) !== place;
      // After a read of the store there may be more entries, or news that come first.
      if (!isLeft && (last || entries !== found)) this.#awake.add(conversationId);
      if (!last || isLeft || this.#news.length > 0) continue;
      this.#places.set(conversationId, last.seq);
      return entries;
    }
  }

  /** Calls once when there may be more; returns a function that cancels the call. Call it in the same turn as the empty `take`. */
  onMore(call: () => void): () => void {
    this.#call = call;
    const hasNews = this.#news.length > 0 || this.#inboxNews.size > 0;
    if (hasNews || this.#awake.size > 0 || this.isLost) this.#notify();
    return () => {
      this.#call = undefined;
    };
  }

  #notify(): void {
    const call = this.#call;
    this.#call = undefined;
    call?.();
  }
}

/** How far a conversation was sent before the user left. */
interface Left {
  place: number;
}

type JoinedAt = Pick<Membership, "conversation_id" | "joined_at">;
