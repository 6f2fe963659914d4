import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { toStoreError } from "./errors.ts";

/** A prepared statement that reads rows of one shape. */
export interface Query<TRow> {
  get(...values: SQLInputValue[]): TRow | undefined;
  all(...values: SQLInputValue[]): TRow[];
}

/** A prepared statement that writes. */
export interface Command {
  /** Returns the number of rows changed. */
  run(...values: SQLInputValue[]): number;
}

/**
 * Prepares a statement that reads, each row as an object or as an array. `TRow` must match its columns, which the tests of the
 * store cover.
 */
export function prepareQuery<TRow>(
  db: DatabaseSync,
  sql: string,
  { asArrays = false } = {},
): Query<TRow> {
  const statement = db.prepare(sql);
  statement.setReturnArrays(asArrays);
  return {
    get(...values) {
      try {
        return statement.get(...values) as TRow | undefined;
      } catch (error) {
        throw toStoreError(error);
      }
    },
    all(...values) {
      try {
        return statement.all(...values) as TRow[];
      } catch (error) {
        throw toStoreError(error);
      }
    },
  };
}

/** Prepares a statement that writes. */
export function prepareCommand(db: DatabaseSync, sql: string): Command {
  const statement = db.prepare(sql);
  return {
    run(...values) {
      try {
        return Number(statement.run(...values).changes);
      } catch (error) {
        throw toStoreError(error);
      }
    },
  };
}

/** Opens the function that counts the rows that were ever changed over this connection. */
export function openChangeCount(db: DatabaseSync): () => number {
  const changes = prepareQuery<{ count: number }>(db, "SELECT total_changes() AS count");
  return () => changes.get()?.count ?? 0;
}
