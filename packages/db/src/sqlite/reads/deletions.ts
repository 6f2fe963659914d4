import type { DatabaseSync } from "node:sqlite";
import type { Stream } from "../../stream.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";
import { spanOf } from "./spans.ts";

const deletions = `changes INDEXED BY changes_deletions
    WHERE stream = ? AND kind = 'deletion' AND target_seq`;

/** The statements for the numbers of deleted messages. A test checks the query plan of each. */
export const deletionSql = {
  add: `INSERT INTO deletion_spans (stream, span, count) VALUES (?, ?, 1)
    ON CONFLICT DO UPDATE SET count = count + 1`,
  inSpans: "SELECT sum(count) AS count FROM deletion_spans WHERE stream = ? AND span >= ?",
  between: `SELECT count(*) AS count FROM ${deletions} BETWEEN ? AND ?`,
  own: `SELECT count(*) AS count FROM (SELECT stream, target_seq FROM ${deletions} BETWEEN ? AND ?) AS d
    CROSS JOIN messages AS m ON m.stream = d.stream AND m.seq = d.target_seq WHERE m.user_id = ?`,
} as const;

/** Counts deleted messages. */
export interface DeletionCounts {
  /** Adds a message that is deleted. */
  add(stream: Stream, seq: number): void;
  /** Counts the deleted messages behind a position. */
  after(stream: Stream, seq: number): number;
  /** Counts the deleted messages of a user behind `after` and up to `to`. */
  ownBetween(stream: Stream, userId: string, range: { after: number; to: number }): number;
}

interface CountRow {
  count: number | null;
}

/** Opens the counting of deletions. */
export function openDeletions(db: DatabaseSync): DeletionCounts {
  const add = prepareCommand(db, deletionSql.add);
  const inSpans = prepareQuery<CountRow>(db, deletionSql.inSpans);
  const between = prepareQuery<CountRow>(db, deletionSql.between);
  const own = prepareQuery<CountRow>(db, deletionSql.own);

  return {
    add(stream, seq) {
      add.run(stream, spanOf(seq).span);
    },
    after(stream, seq) {
      const { span, start } = spanOf(seq);
      const count = inSpans.get(stream, span)?.count ?? 0;
      if (count === 0) return 0;
      return count - (between.get(stream, start, seq)?.count ?? 0);
    },
    ownBetween(stream, userId, { after, to }) {
      return own.get(stream, after + 1, to, userId)?.count ?? 0;
    },
  };
}
