import type { DatabaseSync } from "node:sqlite";
import type { Leftover } from "../../ports/erasures.ts";
import { conversationOf, type Stream } from "../../stream.ts";
import { prepareQuery } from "../statements.ts";
import { type RowRange, takenMax } from "./parts.ts";

/** The statements for what is left of a user. A test checks the query plan of each. */
export const leftoverSql = {
  messages: `SELECT rowid, stream, seq AS target_seq FROM messages
    WHERE rowid > ? AND rowid <= ? AND user_id = ? AND changed IS NOT 0 ORDER BY rowid LIMIT ${takenMax}`,
  // A reaction that is on names the entry that added it.
  changes: `SELECT c.rowid, c.stream, c.target_seq, r.key FROM changes AS c
    CROSS JOIN reactions AS r ON r.stream = c.stream AND r.target_seq = c.target_seq
      AND r.key = json_extract(c.body, '$.key') AND r.user_id = c.user_id AND r.seq = c.seq
    WHERE c.rowid > ? AND c.rowid <= ? AND c.user_id = ? AND c.kind = 'reaction'
    ORDER BY c.rowid LIMIT ${takenMax}`,
} as const;

interface LeftoverRow {
  rowid: number;
  stream: Stream;
  target_seq: number;
  /** Of a reaction. */
  key?: string;
}

/** Opens the function that finds what is left of a user in some rows, in order. */
export function openLeftovers(db: DatabaseSync) {
  const queries = {
    messages: prepareQuery<LeftoverRow>(db, leftoverSql.messages),
    changes: prepareQuery<LeftoverRow>(db, leftoverSql.changes),
  };
  return ({ table, after, to }: RowRange, userId: string) =>
    queries[table].all(after, to, userId).map((row) => {
      return { rowid: row.rowid, leftover: toLeftover(row) };
    });
}

function toLeftover({ stream, target_seq, key }: LeftoverRow): Leftover {
  const target = { conversation_id: conversationOf(stream), target_seq };
  return key === undefined ? { kind: "deletion", ...target } : { kind: "reaction", ...target, key };
}
