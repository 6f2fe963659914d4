import type { Entry, Membership } from "@chatnest/db";
import type { LogTail } from "../log-tail.ts";

/** What a user is told beside messages. */
export interface MembershipNews {
  kind: "joined" | "left";
  conversation_id: string;
  last_seq: number;
}

/** So much of it is held for a reader that does not take it; who comes back is told how it ended. */
const newsMax = 1_000;
/** Clocks of the processes that write memberships may differ by this, in ms. */
export const clocksDifferByMs = 60_000;

/**
 * What one connection of a user is still to be sent, and what it was told. It holds places only in conversations that woke
 * since it began, and memberships only where they changed since then.
 */
export class UserFeed {
  readonly userId: string;
  /** By `performance.now()`. */
  readonly #connectedAt = performance.now();
  #readyAt: number | undefined;
  /** Ends the feed: something may have been missed, and only a new one can tell what. */
  isLost = false;
  /** Conversations to look at once it is ready: something happened there meanwhile; `true` where the user may have left. */
  readonly postponed = new Map<string, boolean>();
  readonly #beganAt = Date.now();
  /** What was told of memberships that are not older than the feed: since when it is one, or that it is none. */
  readonly #told = new Map<string, number | Left>();
  readonly #places = new Map<string, number>();
  readonly #awake = new Set<string>();
  readonly #news: MembershipNews[] = [];
  #call: (() => void) | undefined;

  constructor(userId: string) {
    this.userId = userId;
  }

  /** Says whether it was told where its conversations end: before that, nothing of them can be told. */
  get isReady(): boolean {
    return this.#readyAt !== undefined;
  }

  begin(): void {
    this.#readyAt = performance.now();
  }

  /** Says since when something may have been missed, by when the last check began: it is part of a check only when ready. */
  heardSince(checkedAt: number): number {
    const isChecked = this.#readyAt !== undefined && checkedAt > this.#readyAt;
    return isChecked ? checkedAt : this.#connectedAt;
  }

  /** Puts off a look at a conversation until the feed is ready. */
  postpone(conversationId: string, mayHaveLeft: boolean): void {
    const known = this.postponed.get(conversationId) ?? false;
    this.postponed.set(conversationId, known || mayHaveLeft);
  }

  /** Says where the feed stands in a conversation; `undefined` where it holds no place. */
  placeIn(conversationId: string): number | undefined {
    return this.#places.get(conversationId);
  }

  /** The conversations in which the feed holds a place. */
  conversations(): Iterable<string> {
    return this.#places.keys();
  }

  /** Begins a conversation right behind a place. */
  hold(conversationId: string, seq: number): void {
    this.#places.set(conversationId, seq);
  }

  /** Lets go of a place; what was read behind it is not sent any more. */
  release(conversationId: string): void {
    this.#places.delete(conversationId);
    this.#awake.delete(conversationId);
  }

  /** Says whether the user was told of this membership; one that is older than the feed was. */
  knows({ conversation_id, joined_at }: JoinedAt): boolean {
    const told = this.#told.get(conversation_id);
    return told === undefined ? !this.#isRecent(joined_at) : told === joined_at.getTime();
  }

  /** Remembers that the user was told of a membership. */
  learn({ conversation_id, joined_at }: JoinedAt): void {
    if (this.#isRecent(joined_at) || this.#told.has(conversation_id)) {
      this.#told.set(conversation_id, joined_at.getTime());
    }
  }

  /** Stops a conversation that the user is not in any more; says whether that is news. */
  leave(conversationId: string): boolean {
    const place = this.placeIn(conversationId) ?? 0;
    this.release(conversationId);
    if (typeof this.#told.get(conversationId) === "object") return false;
    this.#told.set(conversationId, { place });
    return true;
  }

  /** Says how far a conversation was sent before it was left; 0 where it was not, or held no place. */
  placeLeft(conversationId: string): number {
    const told = this.#told.get(conversationId);
    return typeof told === "object" ? told.place : 0;
  }

  #isRecent(joinedAt: Date): boolean {
    return joinedAt.getTime() >= this.#beganAt - clocksDifferByMs;
  }

  /** Puts news of a membership ahead of all messages. */
  tell(news: MembershipNews): void {
    if (this.#news.length < newsMax) this.#news.push(news);
    else this.isLost = true;
    this.#notify();
  }

  /** Looks for more in a conversation. */
  wake(conversationId: string): void {
    this.#awake.add(conversationId);
    this.#notify();
  }

  lose(): void {
    this.isLost = true;
    this.#notify();
  }

  /** Takes what is to be sent next: news first, then one conversation after the other; `undefined` when there is nothing. */
  async take(
    tailOf: (conversationId: string) => LogTail | undefined,
  ): Promise<MembershipNews | readonly Entry[] | undefined> {
    for (;;) {
      const news = this.#news.shift();
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
      // Where the store was asked, there may be more meanwhile, or news that come first.
      if (!isLeft && (last || entries !== found)) this.#awake.add(conversationId);
      if (!last || isLeft || this.#news.length > 0) continue;
      this.#places.set(conversationId, last.seq);
      return entries;
    }
  }

  /** Calls once when there may be more to take; answers with how not to. Call it in the same turn as an empty `take`. */
  onMore(call: () => void): () => void {
    this.#call = call;
    if (this.#news.length > 0 || this.#awake.size > 0 || this.isLost) this.#notify();
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

/** A conversation that was left, and how far it was sent. */
interface Left {
  place: number;
}

type JoinedAt = Pick<Membership, "conversation_id" | "joined_at">;
