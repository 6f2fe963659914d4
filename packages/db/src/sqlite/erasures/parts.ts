import type { DatabaseSync } from "node:sqlite";
import type { ErasurePart } from "../../ports/erasures.ts";
import { prepareQuery } from "../statements.ts";

/** The statements for the ends of the tables. A test checks the query plan of each. */
export const partSql = {
  lastMessage: "SELECT max(rowid) AS last FROM messages",
  lastChange: "SELECT max(rowid) AS last FROM changes",
} as const;

/** How many rows one part has, and how many of them are taken at most. Others have a turn after each part. */
const rowsMax = 10_000;
export const takenMax = 300;

/** Tables that hold entries, in the order in which they are examined. */
const tables = ["messages", "changes"] as const;
type Table = (typeof tables)[number];

/** Some rows of a table. Both bounds are row ids; the lower one is exclusive. */
export interface RowRange {
  table: Table;
  after: number;
  to: number;
}

/** Opens the function that takes one part of all entries: `take` returns the ids of the rows that it has taken, in order. */
export function openParts(db: DatabaseSync) {
  const last = {
    messages: prepareQuery<{ last: number | null }>(db, partSql.lastMessage),
    changes: prepareQuery<{ last: number | null }>(db, partSql.lastChange),
  };

  return (from: string | undefined, take: (range: RowRange) => readonly number[]): ErasurePart => {
    const ends = {
      messages: last.messages.get()?.last ?? 0,
      changes: last.changes.get()?.last ?? 0,
    };
    const total = ends.messages + ends.changes;
    const { table, after } = toPlace(from);
    const to = Math.min(after + rowsMax, ends[table]);
    const taken = take({ table, after, to });
    const end = taken.length < takenMax ? to : (taken.at(-1) ?? to);
    const next = end < ends[table] ? `${table} ${end}` : afterTable(table);
    return { examined: Math.max(0, end - after), total, ...(next !== undefined && { next }) };
  };
}

function toPlace(from: string | undefined): { table: Table; after: number } {
  const [name, after] = from?.split(" ") ?? [];
  return { table: tables.find((table) => table === name) ?? tables[0], after: Number(after ?? 0) };
}

function afterTable(table: Table): string | undefined {
  const next = tables[tables.indexOf(table) + 1];
  return next && `${next} 0`;
}
