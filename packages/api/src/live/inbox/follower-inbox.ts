import type { InboxItem, UnreadTotals } from "@chatnest/db";
import type { UserFeed } from "../user/user-feed.ts";
import { Kept } from "./kept.ts";

/** What was told of a conversation, as texts that can be compared. */
interface Told {
  read: string;
  settings: string;
}

/** Of how many conversations it is remembered what was told. Others are told once more. */
const toldMax = 1_000;
/** How many conversations may change before the heads are told. With one more the feed is lost. */
const postponedMax = 1_000;

/** What one follower was told of the inbox of its user. */
export class FollowerInbox {
  readonly feed: UserFeed;
  /** Whether it gets all entries, and counts itself what these change. */
  readonly isCounting: boolean;
  /** Whether the heads and the first totals are told. */
  isReady = false;
  /** Whether anything may have changed before that. */
  isPostponed = false;
  /** Conversations that may have changed before that. */
  readonly postponed = new Set<string>();
  readonly #told = new Kept<Told>(toldMax);
  #totals: string | undefined;

  constructor(feed: UserFeed, entries: "all" | undefined) {
    this.feed = feed;
    this.isCounting = entries === "all";
  }

  /** The conversations of which it is known what was told. */
  get toldIds(): Iterable<string> {
    return this.#told.keys();
  }

  /** Notes what has to be read again when the heads are told. */
  postpone(conversationIds: readonly string[]): void {
    this.isPostponed = true;
    for (const id of conversationIds) this.postponed.add(id);
    if (this.postponed.size > postponedMax) this.feed.lose();
  }

  /** Notes that the heads are told, and these totals. */
  begin(totals: UnreadTotals): void {
    this.isReady = true;
    this.#totals = toText(totals);
  }

  /** Remembers what a head has told. */
  learn(item: InboxItem): void {
    this.#told.set(item.id, this.#toTold(item));
  }

  /** Forgets what was told of a conversation, which the user has joined or left. */
  forget(conversationId: string): void {
    this.#told.delete(conversationId);
  }

  /** Tells what is different from what was told before. */
  tell(item: InboxItem): void {
    const { id: conversation_id, muted_until, pinned, archived } = item;
    const { read_seq, revision, unread_count, mention_count } = item;
    const [known, told] = [this.#told.get(conversation_id), this.#toTold(item)];
    this.#told.set(conversation_id, told);
    const member = { conversation_id, user_id: this.feed.userId };
    if (known?.read !== told.read) {
      const counts = { unread_count, mention_count };
      this.feed.tell({ kind: "read", ...member, read_seq, revision, ...counts });
    }
    if (known?.settings !== told.settings) {
      this.feed.tell({ kind: "settings", ...member, muted_until, pinned, archived });
    }
  }

  /** Tells totals if they are different from those before; returns whether they are. */
  tellTotals(totals: UnreadTotals): boolean {
    const text = toText(totals);
    if (text === this.#totals) return false;
    this.#totals = text;
    this.feed.tell({ kind: "unread", ...totals });
    return true;
  }

  #toTold({ read_seq, revision, ...item }: InboxItem): Told {
    const counts = this.isCounting ? "" : ` ${item.unread_count} ${item.mention_count}`;
    return {
      read: `${read_seq} ${revision}${counts}`,
      settings: `${item.muted_until} ${item.pinned} ${item.archived}`,
    };
  }
}

function toText({ conversations, messages, mentions }: UnreadTotals): string {
  return `${conversations} ${messages} ${mentions}`;
}
