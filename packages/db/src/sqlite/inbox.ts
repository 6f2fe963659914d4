import type { DatabaseSync } from "node:sqlite";
import { sliceInbox } from "../inbox.ts";
import type { InboxPosition, InboxRange } from "../ports/conversations.ts";
import { prepareQuery } from "./statements.ts";
import { toTimestamp } from "./timestamp.ts";

/** The statements for inboxes. A test checks the query plan of each. */
export const inboxSql = {
  unsettled: `SELECT id, last_activity_at AS active_at FROM members JOIN conversations ON id = conversation_id
    WHERE user_id = ? AND active_at IS NULL`,
  ties: `SELECT conversation_id AS id, active_at FROM members
    WHERE user_id = ? AND active_at = ? AND conversation_id > ? ORDER BY conversation_id LIMIT ?`,
  before: `SELECT conversation_id AS id, active_at FROM members
    WHERE user_id = ? AND active_at < ? ORDER BY active_at DESC, conversation_id LIMIT ?`,
} as const;

interface PositionRow {
  id: string;
  active_at: number;
}

/** Opens the function that reads inboxes. It reads about as many memberships as it returns, and all that are not settled. */
export function openInbox(
  db: DatabaseSync,
): (userId: string, range: InboxRange) => InboxPosition[] {
  const unsettled = prepareQuery<PositionRow>(db, inboxSql.unsettled);
  const ties = prepareQuery<PositionRow>(db, inboxSql.ties);
  const before = prepareQuery<PositionRow>(db, inboxSql.before);

  function readSettled(userId: string, { after, limit }: InboxRange): PositionRow[] {
    if (!after) return before.all(userId, Number.MAX_SAFE_INTEGER, limit);
    const at = Date.parse(after.last_activity_at);
    const tied = ties.all(userId, at, after.id, limit);
    return tied.concat(before.all(userId, at, limit - tied.length));
  }

  return (userId, range) => {
    const rows = unsettled.all(userId).concat(readSettled(userId, range));
    const positions = rows.map(({ id, active_at }) => {
      return { id, last_activity_at: toTimestamp(active_at) };
    });
    return sliceInbox(positions, range);
  };
}
