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

/** Prepares a statement that reads. `TRow` must match its columns, which the tests of the store cover. */
export function prepareQuery<TRow>(db: DatabaseSync, sql: string): Query<TRow> {
  const statement = db.prepare(sql);
  return {
    get: (...values) => mapErrors(() => statement.get(...values) as TRow | undefined),
    all: (...values) => mapErrors(() => statement.all(...values) as TRow[]),
  };
}

/** Prepares a statement that writes. */
export function prepareCommand(db: DatabaseSync, sql: string): Command {
  const statement = db.prepare(sql);
  return { run: (...values) => mapErrors(() => Number(statement.run(...values).changes)) };
}

/**
 * Runs a function in one transaction, which is rolled back when the function throws.
 * @throws StoreError `unavailable`, `closed`, or whatever `run` throws.
 */
export function inTransaction<TResult>(db: DatabaseSync, run: () => TResult): TResult {
  return mapErrors(() => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite may have rolled back already when COMMIT fails.
      if (db.isTransaction) db.exec("ROLLBACK");
      throw error;
    }
  });
}

function mapErrors<TResult>(run: () => TResult): TResult {
  try {
    return run();
  } catch (error) {
    throw toStoreError(error);
  }
}
