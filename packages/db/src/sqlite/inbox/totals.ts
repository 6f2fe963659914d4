import type { DatabaseSync } from "node:sqlite";
import type { UnreadTotals } from "../../entities.ts";
import { type MembershipRow, membershipSql } from "../members/memberships.ts";
import type { Unread } from "../reads/unread.ts";
import { prepareQuery } from "../statements.ts";
import type { ReadInTurns } from "../turns.ts";

/** The statements for totals. A test checks the query plan of each. */
export const totalSql = {
  settled: `SELECT count(*) AS conversations, sum(unread_count) AS messages, sum(mention_count) AS mentions
    FROM members INDEXED BY members_unread
    WHERE user_id = ? AND archived = 0 AND active_at IS NOT NULL AND unread_count > 0
      AND (muted_until IS NULL OR muted_until <= ?)`,
  unsettled: `SELECT conversation_id FROM members INDEXED BY members_unsettled
    WHERE user_id = ? AND active_at IS NULL`,
  one: membershipSql.one,
} as const;

/** What totals need. */
export interface TotalParts {
  unread: Pick<Unread, "of" | "isArchived">;
  inTurns: ReadInTurns;
}

/**
 * Opens the function that counts what is new to a user. It reads the unread conversations that are settled from an index, and
 * counts those that are not.
 */
export function openTotals(
  db: DatabaseSync,
  { unread, inTurns }: TotalParts,
): (userId: string) => Promise<UnreadTotals> {
  const settled = prepareQuery<Record<keyof UnreadTotals, number | null>>(db, totalSql.settled);
  const unsettled = prepareQuery<{ conversation_id: string }>(db, totalSql.unsettled);
  const one = prepareQuery<MembershipRow>(db, totalSql.one);

  return async (userId) => {
    const now = Date.now();
    const { conversations, messages, mentions } = settled.get(userId, now) ?? {};
    const totals = {
      conversations: conversations ?? 0,
      messages: messages ?? 0,
      mentions: mentions ?? 0,
    };
    const others = await inTurns(unsettled.all(userId), ({ conversation_id }) => {
      const row = one.get(userId, conversation_id);
      if (!row || (row.muted_until ?? 0) > now) return [];
      if (unread.isArchived(row)) return [];
      const counts = unread.of(row);
      return counts.unread_count === 0 ? [] : [counts];
    });
    for (const { unread_count, mention_count } of others) {
      totals.conversations++;
      totals.messages += unread_count;
      totals.mentions += mention_count;
    }
    return totals;
  };
}
