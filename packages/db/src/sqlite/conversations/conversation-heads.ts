import type { DatabaseSync } from "node:sqlite";
import type { ConversationHead, HeadsQuery } from "../../ports/conversations.ts";
import { quietAfterMs } from "../log/touches.ts";
import { prepareQuery } from "../statements.ts";

interface HeadRow {
  id: string;
  last_seq: number;
  written_at: number;
  quiet_seq: number;
  joined_at?: number;
}

const columns = "id, last_seq, written_at, quiet_seq";

/** The statements for heads. A test checks the query plan of each. */
export const headSql = {
  one: `SELECT ${columns} FROM conversations WHERE id = ?`,
  ofUser: `SELECT ${columns}, joined_at FROM members JOIN conversations ON id = conversation_id
    WHERE user_id = ? AND (written_at >= ?2 OR joined_at >= ?2)`,
  active: `SELECT ${columns} FROM conversations WHERE written_at >= ?`,
} as const;

/** Opens the function that reads the heads of conversations. */
export function openConversationHeads(db: DatabaseSync): (query: HeadsQuery) => ConversationHead[] {
  const one = prepareQuery<HeadRow>(db, headSql.one);
  const ofUser = prepareQuery<HeadRow>(db, headSql.ofUser);
  const active = prepareQuery<HeadRow>(db, headSql.active);

  function readRows(query: HeadsQuery): HeadRow[] {
    if (query === "active") return active.all(Date.now() - quietAfterMs);
    if ("user_id" in query) {
      const since = Math.min(query.since?.getTime() ?? 0, Date.now() - quietAfterMs);
      return ofUser.all(query.user_id, since);
    }
    return query.conversation_ids.map((id) => one.get(id)).filter((row) => row !== undefined);
  }

  return (query) => {
    const activeSince = Date.now() - quietAfterMs;
    return readRows(query).map(({ id, last_seq, written_at, quiet_seq, joined_at }) => {
      const is_active = written_at >= activeSince;
      return {
        conversation_id: id,
        last_seq,
        is_active,
        quiet_seq: is_active ? quiet_seq : last_seq,
        ...(joined_at !== undefined && { joined_at: new Date(joined_at) }),
      };
    });
  };
}
