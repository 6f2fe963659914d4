import type { DatabaseSync } from "node:sqlite";
import { seqBefore } from "../../changes/reactor-order.ts";
import type { Reactor } from "../../entities.ts";
import type { ReactorRange } from "../../ports/messages.ts";
import type { Stream } from "../../stream.ts";
import { prepareQuery } from "../statements.ts";
import { toTimestamp } from "../timestamp.ts";

interface ReactorRow extends Omit<Reactor, "timestamp"> {
  timestamp: number;
}

const select =
  "SELECT key, user_id, seq, timestamp FROM reactions WHERE stream = ? AND target_seq = ?";

/** The statements for reactions. A test checks the query plan of each. */
export const reactorSql = {
  all: `${select} AND (key, seq) > (?, ?) ORDER BY key, seq LIMIT ?`,
  withKey: `${select} AND key = ? AND seq > ? ORDER BY seq LIMIT ?`,
} as const;

/** Opens the function that reads who reacts to a message. */
export function openReactors(
  db: DatabaseSync,
): (stream: Stream, seq: number, range: ReactorRange) => Reactor[] {
  const all = prepareQuery<ReactorRow>(db, reactorSql.all);
  const withKey = prepareQuery<ReactorRow>(db, reactorSql.withKey);
  return (stream, seq, { key, after, limit }) => {
    const rows =
      key === undefined
        ? all.all(stream, seq, after?.key ?? "", after?.seq ?? 0, limit)
        : withKey.all(stream, seq, key, seqBefore(key, after), limit);
    return rows.map((row) => ({ ...row, timestamp: toTimestamp(row.timestamp) }));
  };
}
