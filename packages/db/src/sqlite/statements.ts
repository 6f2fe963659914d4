import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { toStoreError } from "./errors.ts";

/** A prepared statement that reads rows of one shape. */
export interface Query<TRow> {
  get(...values: SQLInputValue[]): TRow | undefined;
  all(...values: SQLInputValue[]): TRow[];
}

/** A prepared statement that writes. */
export interface Command {
  /** Answers how many rows it changed. */
  run(...values: SQLInputValue[]): number;
}

/** Prepares a reading statement. The shape is the one that its columns have: a test of the store holds them together. */
export function prepareQuery<TRow>(db: DatabaseSync, sql: string): Query<TRow> {
  const statement = db.prepare(sql);
  return {
    get: (...values) => mapErrors(() => statement.get(...values) as TRow | undefined),
    all: (...values) => mapErrors(() => statement.all(...values) as TRow[]),
  };
}

/** Prepares a writing statement. */
export function prepareCommand(db: DatabaseSync, sql: string): Command {
  const statement = db.prepare(sql);
  return { run: (...values) => mapErrors(() => Number(statement.run(...values).changes)) };
}

/**
 * Runs something in one transaction, and undoes it when it throws.
 * @throws StoreError `unavailable` or `closed`, or what the run throws.
 */
export function inTransaction<TResult>(db: DatabaseSync, run: () => TResult): TResult {
  return mapErrors(() => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      // A failed COMMIT may have rolled back by itself.
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
