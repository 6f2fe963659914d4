import type { DatabaseSync } from "node:sqlite";
import type { ConversationHead, HeadsQuery } from "../store.ts";
import { quietAfterMs } from "./messages.ts";
import { prepareQuery } from "./statements.ts";

interface HeadRow {
  id: string;
  last_seq: number;
  written_at: number;
  quiet_seq: number;
}

const columns = "id, last_seq, written_at, quiet_seq";

/** The statements of heads; a test asks SQLite for the plan of every one. */
export const headSql = {
  one: `SELECT ${columns} FROM conversations WHERE id = ?`,
  ofUser: `SELECT ${columns} FROM members JOIN conversations ON id = conversation_id
    WHERE user_id = ? AND written_at >= ?`,
  active: `SELECT ${columns} FROM conversations WHERE written_at >= ?`,
} as const;

/** Makes the function that reads where conversations end. */
export function openHeads(db: DatabaseSync): (query: HeadsQuery) => ConversationHead[] {
  const one = prepareQuery<HeadRow>(db, headSql.one);
  const ofUser = prepareQuery<HeadRow>(db, headSql.ofUser);
  const active = prepareQuery<HeadRow>(db, headSql.active);

  function readRows(query: HeadsQuery): HeadRow[] {
    if (query === "active") return active.all(Date.now() - quietAfterMs);
    if ("user_id" in query) return ofUser.all(query.user_id, query.since?.getTime() ?? 0);
    return query.conversation_ids.map((id) => one.get(id)).filter((row) => row !== undefined);
  }

  return (query) => {
    const activeSince = Date.now() - quietAfterMs;
    return readRows(query).map(({ id, last_seq, written_at, quiet_seq }) => {
      const is_active = written_at >= activeSince;
      const head = { conversation_id: id, last_seq, is_active };
      return { ...head, quiet_seq: is_active ? quiet_seq : last_seq };
    });
  };
}
