import type { Message } from "@chatnest/db";
import type { LogTail } from "./log-tail.ts";

/** What a user is told beside messages. */
export interface MembershipNews {
  kind: "joined" | "left";
  conversation_id: string;
  last_seq: number;
}

/** What one connection of a user is still to be sent; a place is kept only in conversations that woke since it began. */
export class UserFeed {
  readonly userId: string;
  /** By `performance.now()`. */
  readonly connectedAt = performance.now();
  /** Ends the feed: something may have been missed, and only a new one can tell what. */
  isLost = false;
  readonly #places = new Map<string, number>();
  readonly #awake = new Set<string>();
  readonly #joining = new Set<string>();
  readonly #left = new Set<string>();
  readonly #news: MembershipNews[] = [];
  #call: (() => void) | undefined;

  constructor(userId: string) {
    this.userId = userId;
  }

  /** Says whether messages of a conversation reach the feed. */
  has(conversationId: string): boolean {
    return this.#places.has(conversationId);
  }

  /** Says whether something of a conversation may be left to send. */
  isAwake(conversationId: string): boolean {
    return this.#awake.has(conversationId);
  }

  /** The conversations that reach the feed, or are about to. */
  conversations(): Iterable<string> {
    return [...this.#places.keys(), ...this.#joining];
  }

  /** Begins a conversation behind a place unless it has begun; not where what was joined or left is still to be told. */
  begin(conversationId: string, seq: number): boolean {
    if (this.has(conversationId)) return true;
    if (this.#joining.has(conversationId) || this.hasLeft(conversationId)) return false;
    this.#places.set(conversationId, seq);
    return true;
  }

  /** Goes on behind a place that the user was told, or further on if it stands there: answers with where it stands. */
  skipTo(conversationId: string, seq: number): number {
    const place = Math.max(seq, this.#places.get(conversationId) ?? 0);
    this.#joining.delete(conversationId);
    this.#places.set(conversationId, place);
    return place;
  }

  /** Holds a conversation back until its joining is told; says whether that is news. */
  expect(conversationId: string): boolean {
    const isBack = this.#left.delete(conversationId);
    if (!isBack && this.isExpecting(conversationId)) return false;
    this.#places.delete(conversationId);
    this.#joining.add(conversationId);
    return true;
  }

  /** Stops a conversation that was left; says whether that is news. */
  leave(conversationId: string): boolean {
    this.forget(conversationId);
    if (this.hasLeft(conversationId)) return false;
    this.#left.add(conversationId);
    return true;
  }

  /** Says whether a conversation was left, and not joined since. */
  hasLeft(conversationId: string): boolean {
    return this.#left.has(conversationId);
  }

  /** Says whether the joining of a conversation is still to be told, or its heads have told it meanwhile. */
  isExpecting(conversationId: string): boolean {
    return this.#joining.has(conversationId) || this.has(conversationId);
  }

  /** Looks for more in a conversation. */
  wake(conversationId: string): void {
    this.#awake.add(conversationId);
    this.#notify();
  }

  /** Stops a conversation at once; what was read of it is not sent any more. */
  forget(conversationId: string): void {
    this.#places.delete(conversationId);
    this.#joining.delete(conversationId);
    this.#awake.delete(conversationId);
  }

  /** Puts news of a membership ahead of all messages. */
  tell(news: MembershipNews): void {
    this.#news.push(news);
    this.#notify();
  }

  lose(): void {
    this.isLost = true;
    this.#notify();
  }

  /** Takes what is to be sent next: news first, then one conversation after the other; `undefined` when there is nothing. */
  async take(
    tailOf: (conversationId: string) => LogTail | undefined,
  ): Promise<MembershipNews | readonly Message[] | undefined> {
    const news = this.#news.shift();
    if (news) return news;
    for (const conversationId of this.#awake) {
      this.#awake.delete(conversationId);
      const seq = this.#places.get(conversationId);
      const found = seq === undefined ? undefined : tailOf(conversationId)?.read(seq);
      if (!found) continue;
      const messages = found instanceof Promise ? await found : found;
      const last = messages.at(-1);
      // It may have been left while the store was asked, or joined again, behind another place.
      if (last && this.#places.get(conversationId) === seq) {
        this.#places.set(conversationId, last.seq);
        this.#awake.add(conversationId);
        return messages;
      }
      if (messages !== found && this.has(conversationId)) this.#awake.add(conversationId);
      if (this.#news.length > 0) return this.#news.shift();
    }
    return undefined;
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
