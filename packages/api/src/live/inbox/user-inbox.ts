import type { ChatStore, InboxItem } from "@chatnest/db";
import { nextTurn } from "../../turn.ts";
import type { FollowerInbox } from "./follower-inbox.ts";

/** How many conversations of a user are read in one round, and at once. */
const changedMax = 250;
/** How many conversations are read without an event: the newest, where no events of other processes arrive at all. */
const aloneMax = 500;
/** The same where events do not arrive at the moment, for users whose totals have changed. */
const degradedMax = 100;
/** How many ends of mutings are remembered. */
const muteEndsMax = 1_000;

/** The inbox of a user whom somebody follows with it, and what of it may have changed. All its followers share the reads. */
export class UserInbox {
  readonly userId: string;
  readonly followers = new Set<FollowerInbox>();
  /** Conversations that may have changed. */
  readonly changed = new Set<string>();
  /** Whether any conversation may have changed, unheard. */
  isUnsure = false;
  readonly #store: ChatStore;
  /** When conversations are muted no more, in ms since 1970: then they count. */
  readonly #muteEnds = new Set<number>();

  constructor(store: ChatStore, userId: string) {
    this.#store = store;
    this.userId = userId;
  }

  /** Remembers when a conversation is muted no more. */
  learn({ muted_until }: InboxItem): void {
    if (muted_until === null || this.#muteEnds.size >= muteEndsMax) return;
    const endsAt = Date.parse(muted_until);
    if (endsAt > Date.now()) this.#muteEnds.add(endsAt);
  }

  /** Tells whether the muting of a conversation has ended since the last call. */
  takeMuteEnd(): boolean {
    const now = Date.now();
    let isEnded = false;
    for (const endsAt of this.#muteEnds) {
      if (endsAt > now) continue;
      this.#muteEnds.delete(endsAt);
      isEnded = true;
    }
    return isEnded;
  }

  /**
   * Reads some of the conversations that may have changed, and the totals, and tells the followers what is new. Those that are still
   * told heads have it read again after them.
   * @throws StoreError `unavailable`, `closed`. Then all of it still may have changed.
   */
  async read(): Promise<void> {
    const ids = [...this.changed].slice(0, changedMax);
    for (const id of ids) this.changed.delete(id);
    const ready = [...this.followers].filter(({ isReady }) => isReady);
    for (const follower of this.followers) if (!follower.isReady) follower.postpone(ids);
    if (ready.length === 0) return;
    const { isUnsure } = this;
    this.isUnsure = false;
    try {
      // The embedded store answers in the same turn.
      await nextTurn();
      await this.#readAll(ids, { ready, isUnsure });
    } catch (error) {
      for (const id of ids) this.changed.add(id);
      this.isUnsure ||= isUnsure;
      throw error;
    }
  }

  async #readAll(ids: readonly string[], { ready, isUnsure }: Readers): Promise<void> {
    const { conversations, reads } = this.#store;
    const state = isUnsure ? this.#store.watchState() : "live";
    const asked = state === "degraded" ? withTold(ids, ready) : ids;
    for (let start = 0; start < asked.length; start += changedMax) {
      const some = asked.slice(start, start + changedMax);
      this.#tell(await conversations.itemsOf(this.userId, some), ready);
    }
    if (state === "alone") await this.#readNewest(ready, aloneMax);
    const totals = await reads.totals(this.userId);
    const isNews = ready.filter((follower) => follower.tellTotals(totals)).length > 0;
    if (state === "degraded" && isNews) await this.#readNewest(ready, degradedMax);
  }

  async #readNewest(ready: readonly FollowerInbox[], max: number): Promise<void> {
    let after: InboxItem | undefined;
    for (let left = max; left > 0; left -= changedMax) {
      const limit = Math.min(left, changedMax);
      const range = { limit, ...(after && { after }) };
      const items = await this.#store.conversations.inbox(this.userId, range);
      this.#tell(items, ready);
      after = items.at(-1);
      if (items.length < limit) return;
      await nextTurn();
    }
  }

  #tell(items: readonly InboxItem[], ready: readonly FollowerInbox[]): void {
    for (const item of items) {
      this.learn(item);
      for (const follower of ready) follower.tell(item);
    }
  }
}

/** The followers that are told, and whether any conversation may have changed. */
interface Readers {
  ready: readonly FollowerInbox[];
  isUnsure: boolean;
}

/** Adds the conversations of which followers were told. */
function withTold(ids: readonly string[], followers: readonly FollowerInbox[]): string[] {
  return [...new Set([...ids, ...followers.flatMap(({ toldIds }) => [...toldIds])])];
}
