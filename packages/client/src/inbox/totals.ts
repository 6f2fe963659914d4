import type { InboxConversation, UnreadTotals } from "../entities.ts";
import { isMutedAt } from "./inbox-item.ts";

/** Counts what is unread in conversations, without those that are archived or muted. */
export function countUnread(rows: Iterable<InboxConversation>): UnreadTotals {
  const totals = { conversations: 0, messages: 0, mentions: 0 };
  const now = Date.now();
  for (const { archived, muted_until, unread_count, mention_count } of rows) {
    if (archived || isMutedAt(muted_until, now)) continue;
    totals.conversations += unread_count > 0 ? 1 : 0;
    totals.messages += unread_count;
    totals.mentions += mention_count;
  }
  return totals;
}

function plus(left: UnreadTotals, right: UnreadTotals, sign: 1 | -1 = 1): UnreadTotals {
  return {
    conversations: left.conversations + sign * right.conversations,
    messages: left.messages + sign * right.messages,
    mentions: left.mentions + sign * right.mentions,
  };
}

function isSame(left: UnreadTotals, right: UnreadTotals): boolean {
  const { conversations, messages, mentions } = plus(left, right, -1);
  return conversations === 0 && messages === 0 && mentions === 0;
}

/**
 * What is unread in the conversations that are not held: the totals that the server tells, less what is held. While
 * nothing but held conversations changes it stays as it was read, unless a number of theirs is not the server's.
 */
export class Rest {
  #read: UnreadTotals | undefined;
  #now: UnreadTotals | undefined;

  /** Whether the totals and what is held do not fit together. */
  get isOff(): boolean {
    return this.#read !== undefined && this.#now !== undefined && !isSame(this.#read, this.#now);
  }

  /** Returns the totals for what is shown of the held conversations; `null` while they are not known. */
  with(shown: UnreadTotals): UnreadTotals | null {
    if (!this.#now) return null;
    const { conversations, messages, mentions } = plus(this.#now, shown);
    // Totals and conversations that were told one after the other may not fit together for a moment.
    return {
      conversations: Math.max(0, conversations),
      messages: Math.max(0, messages),
      mentions: Math.max(0, mentions),
    };
  }

  /** Takes totals that were read together with what is held. */
  read(totals: UnreadTotals, held: UnreadTotals): void {
    this.#read = plus(totals, held, -1);
    this.#now = this.#read;
  }

  /** Takes totals that were told. */
  tell(totals: UnreadTotals, held: UnreadTotals): void {
    this.#now = plus(totals, held, -1);
    this.#read ??= this.#now;
  }

  /** Takes that other conversations are held, too. */
  move(before: UnreadTotals, after: UnreadTotals): void {
    const added = plus(after, before, -1);
    this.#read = this.#read && plus(this.#read, added, -1);
    this.#now = this.#now && plus(this.#now, added, -1);
  }
}
