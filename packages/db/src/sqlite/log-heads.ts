import type { DatabaseSync } from "node:sqlite";
import type { Stream } from "../stream.ts";
import { prepareQuery } from "./statements.ts";

/** The newest entry of a log. */
export interface LogHeadRow {
  seq: number;
  /** In ms since 1970. */
  timestamp: number;
}

/** The statement of heads; a test asks SQLite for its plan. */
export const logHeadSql = {
  newest: "SELECT seq, timestamp FROM messages WHERE stream = ? ORDER BY seq DESC LIMIT 1",
} as const;

/** Makes the function that reads the newest entry of a log. */
export function openLogHeads(db: DatabaseSync): (stream: Stream) => LogHeadRow | undefined {
  const newest = prepareQuery<LogHeadRow>(db, logHeadSql.newest);
  return (stream) => newest.get(stream);
}
