import type { DatabaseSync } from "node:sqlite";
import type { LogRange } from "../ports/log.ts";
import type { Stream } from "../stream.ts";
import type { MessageRow } from "./rows.ts";
import { prepareQuery } from "./statements.ts";

const columns = "seq, id, user_id, content, timestamp";

/** The statements for pages. A test checks the query plan of each. */
export const logPageSql = {
  oldest: `SELECT ${columns} FROM messages WHERE stream = ? AND seq > ? AND seq < ? ORDER BY seq LIMIT ?`,
  newest: `SELECT ${columns} FROM messages WHERE stream = ? AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
} as const;

/** Opens the function that reads part of a log, oldest first. */
export function openLogPages(db: DatabaseSync): (stream: Stream, range: LogRange) => MessageRow[] {
  const oldest = prepareQuery<MessageRow>(db, logPageSql.oldest);
  const newest = prepareQuery<MessageRow>(db, logPageSql.newest);
  return (stream, range) => {
    const { after = 0, before = Number.MAX_SAFE_INTEGER, limit, from } = range;
    return from === "oldest"
      ? oldest.all(stream, after, before, limit)
      : newest.all(stream, after, before, limit).reverse();
  };
}
