import type { DatabaseSync } from "node:sqlite";
import type { ReadState } from "../../entities.ts";
import { isArchived } from "../../reads/archived.ts";
import { conversationStream, type Stream } from "../../stream.ts";
import type { LogHeads } from "../log/heads.ts";
import type { MembershipRow } from "../members/memberships.ts";
import { prepareQuery } from "../statements.ts";
import type { DeletionCounts } from "./deletions.ts";
import type { MentionCounts } from "./mentions.ts";

/** The statements for what is unread. A test checks the query plan of each. */
export const unreadSql = {
  messagesUpTo: `SELECT ifnull(count, seq) AS count FROM messages
    WHERE stream = ? AND seq <= ? ORDER BY seq DESC LIMIT 1`,
  own: "SELECT count(*) AS count FROM messages WHERE stream = ? AND seq > ? AND seq <= ? AND user_id = ?",
} as const;

/** How much is unread. */
export type Counts = Pick<ReadState, "unread_count" | "mention_count">;

/** How far a user has read a log. */
export type ReadPlace = Pick<MembershipRow, "read_seq" | "read_count" | "own_seq" | "own_count">;

/** Computes what is unread from positions in the log. */
export interface Unread {
  /** Says how much of a conversation is unread: what its membership has, or what the log says. */
  of(membership: MembershipRow): Counts;
  /** Computes how much of a conversation is unread. */
  count(membership: MembershipRow): Counts;
  /** Tells whether a conversation is archived. */
  isArchived(membership: MembershipRow): boolean;
  /**
   * Returns the place of a user that has read up to `seq`, and whose own messages behind that are at most at `ownSeq`. It reads all
   * messages between the two.
   */
  placeAt(stream: Stream, userId: string, at: { seq: number; ownSeq: number }): ReadPlace;
}

/** What is needed to count. */
export interface UnreadParts {
  heads: Pick<LogHeads, "get">;
  deletions: DeletionCounts;
  mentions: MentionCounts;
}

/** Opens the computing of what is unread. */
export function openUnread(db: DatabaseSync, { heads, deletions, mentions }: UnreadParts): Unread {
  const messagesUpTo = prepareQuery<{ count: number }>(db, unreadSql.messagesUpTo);
  const own = prepareQuery<{ count: number }>(db, unreadSql.own);

  function countUnread(stream: Stream, row: MembershipRow): number {
    const { user_id, read_seq, read_count, own_seq, own_count } = row;
    const ofOthers = heads.get(stream).count - read_count - own_count;
    if (ofOthers === 0) return 0;
    const deleted = deletions.after(stream, read_seq);
    if (deleted === 0 || own_count === 0) return ofOthers - deleted;
    const range = { after: read_seq, to: own_seq };
    return ofOthers - deleted + deletions.ownBetween(stream, user_id, range);
  }

  function count(row: MembershipRow): Counts {
    const stream = conversationStream(row.conversation_id);
    const unread_count = countUnread(stream, row);
    if (unread_count === 0) return { unread_count, mention_count: 0 };
    return { unread_count, mention_count: mentions.unreadOf(stream, row) };
  }

  function countUpTo(stream: Stream, seq: number): number {
    const head = heads.get(stream);
    // In a log that holds nothing but messages, each has its position as its number.
    if (head.seq === head.count) return seq;
    return messagesUpTo.get(stream, seq)?.count ?? 0;
  }

  return {
    placeAt(stream, userId, { seq, ownSeq }) {
      const own_count = seq < ownSeq ? (own.get(stream, seq, ownSeq, userId)?.count ?? 0) : 0;
      const own_seq = own_count === 0 ? 0 : ownSeq;
      return { read_seq: seq, read_count: countUpTo(stream, seq), own_seq, own_count };
    },
    of: (row) => (row.active_at === null ? count(row) : row),
    count,
    isArchived(row) {
      const { conversation_id, active_at, archived, archived_seq, muted_until } = row;
      if (active_at !== null) return archived === 1;
      if (archived_seq === null) return false;
      const { said_seq, said_at } = heads.get(conversationStream(conversation_id));
      return isArchived({ archived_seq, muted_until, said_seq, said_at });
    },
  };
}
