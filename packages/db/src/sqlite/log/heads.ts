import type { DatabaseSync } from "node:sqlite";
import { RecentMap } from "../../commit/recent-map.ts";
import type { Stream } from "../../stream.ts";
import { prepareQuery } from "../statements.ts";

/** The newest entry of a log, and the newest message up to it. */
export interface LogHeadRow {
  seq: number;
  /** In ms since 1970. */
  timestamp: number;
  /** How many messages the log holds, deleted ones included. */
  count: number;
  said_seq: number;
  /** In ms since 1970. */
  said_at: number;
}

/** The statements for heads. A test checks the query plan of each. */
export const logHeadSql = {
  newestMessage: `SELECT seq, timestamp, ifnull(count, seq) AS count, seq AS said_seq, timestamp AS said_at
    FROM messages WHERE stream = ? ORDER BY seq DESC LIMIT 1`,
  newestChange: `SELECT seq, timestamp, count, said_seq, said_at
    FROM changes WHERE stream = ? ORDER BY seq DESC LIMIT 1`,
} as const;

/** The head of a log without entries. */
export const noHead: LogHeadRow = { seq: 0, timestamp: 0, count: 0, said_seq: 0, said_at: 0 };

const headsKnownMax = 50_000;

/** The newest entries of the logs. No other process has the file open, so they can be remembered. */
export interface LogHeads {
  get(stream: Stream): LogHeadRow;
  /** Remembers the newest entry of a log. */
  set(stream: Stream, head: LogHeadRow): void;
  /** Forgets all, after a transaction was rolled back. */
  forget(): void;
}

/** Opens the newest entries of the logs. */
export function openLogHeads(db: DatabaseSync): LogHeads {
  const newestMessage = prepareQuery<LogHeadRow>(db, logHeadSql.newestMessage);
  const newestChange = prepareQuery<LogHeadRow>(db, logHeadSql.newestChange);
  const known = new RecentMap<Stream, LogHeadRow>(headsKnownMax);

  function read(stream: Stream): LogHeadRow {
    const message = newestMessage.get(stream) ?? noHead;
    const change = newestChange.get(stream) ?? noHead;
    return change.seq > message.seq ? change : message;
  }

  return {
    get(stream) {
      const head = known.get(stream) ?? read(stream);
      known.set(stream, head);
      return head;
    },
    set: (stream, head) => known.set(stream, head),
    forget: () => known.clear(),
  };
}
