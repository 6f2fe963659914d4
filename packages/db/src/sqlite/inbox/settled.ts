import type { DatabaseSync } from "node:sqlite";
import type { InboxRange } from "../../ports/conversations.ts";
import { membershipColumns } from "../members/memberships.ts";
import { prepareQuery } from "../statements.ts";
import type { ItemRow } from "./items.ts";

const select = `SELECT ${membershipColumns}, active_at AS last_activity_at FROM members`;
const all = `${select} INDEXED BY members_settled WHERE user_id = ?1 AND archived = ?2`;
const unread = `${select} INDEXED BY members_unread
    WHERE user_id = ?1 AND archived = ?2 AND unread_count > 0`;

// Each goes on behind the one before it, in the order of the index.
const ties = "pinned = ?4 AND active_at = ?5 AND conversation_id > ?6 ORDER BY conversation_id";
const older = "pinned = ?4 AND active_at < ?5 ORDER BY active_at DESC, conversation_id";
const below = "pinned < ?4 AND active_at IS NOT NULL";
const inOrder = "ORDER BY pinned DESC, active_at DESC, conversation_id";

/** The statements for settled conversations. A test checks the query plan of each. */
export const settledSql = {
  ties: `${all} AND ${ties} LIMIT ?3`,
  older: `${all} AND ${older} LIMIT ?3`,
  below: `${all} AND ${below} ${inOrder} LIMIT ?3`,
  unreadTies: `${unread} AND ${ties} LIMIT ?3`,
  unreadOlder: `${unread} AND ${older} LIMIT ?3`,
  unreadBelow: `${unread} AND ${below} ${inOrder} LIMIT ?3`,
} as const;

/** Which settled conversations to read. */
export interface SettledRange extends Pick<InboxRange, "after" | "limit" | "unread"> {
  archived: boolean;
}

/** More than any value of `pinned`. */
const abovePinned = 2;

/** Opens the function that reads settled conversations of a user, in the order of the inbox. It reads what it returns. */
export function openSettled(db: DatabaseSync): (userId: string, range: SettledRange) => ItemRow[] {
  const ofAll = {
    ties: prepareQuery<ItemRow>(db, settledSql.ties),
    older: prepareQuery<ItemRow>(db, settledSql.older),
    below: prepareQuery<ItemRow>(db, settledSql.below),
  };
  const ofUnread = {
    ties: prepareQuery<ItemRow>(db, settledSql.unreadTies),
    older: prepareQuery<ItemRow>(db, settledSql.unreadOlder),
    below: prepareQuery<ItemRow>(db, settledSql.unreadBelow),
  };

  return (userId, { after, limit, unread = false, archived }) => {
    const queries = unread ? ofUnread : ofAll;
    const place = [userId, Number(archived)];
    if (!after) return queries.below.all(...place, limit, abovePinned);
    const pinned = Number(after.pinned);
    const at = Date.parse(after.last_activity_at);
    const rows = queries.ties.all(...place, limit, pinned, at, after.id);
    if (rows.length < limit)
      rows.push(...queries.older.all(...place, limit - rows.length, pinned, at));
    if (rows.length < limit) rows.push(...queries.below.all(...place, limit - rows.length, pinned));
    return rows;
  };
}
