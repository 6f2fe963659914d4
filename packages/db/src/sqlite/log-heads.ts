import type { DatabaseSync } from "node:sqlite";
import type { Stream } from "../stream.ts";
import { prepareQuery } from "./statements.ts";

/** The newest entry of a log. */
export interface LogHeadRow {
  seq: number;
  /** In ms since 1970. */
  timestamp: number;
}

/** The statement for heads. A test checks its query plan. */
export const logHeadSql = {
  newest: "SELECT seq, timestamp FROM messages WHERE stream = ? ORDER BY seq DESC LIMIT 1",
} as const;

/** Opens the function that reads the newest entry of a log. */
export function openLogHeads(db: DatabaseSync): (stream: Stream) => LogHeadRow | undefined {
  const newest = prepareQuery<LogHeadRow>(db, logHeadSql.newest);
  return (stream) => newest.get(stream);
}
