import type { DatabaseSync } from "node:sqlite";
import { toStoreError } from "../errors.ts";

/**
 * Runs a function in one transaction, which is rolled back when the function throws. What it wrote is not yet synced.
 * @throws StoreError `unavailable`, or whatever `run` throws.
 */
export function inTransaction<TResult>(db: DatabaseSync, run: () => TResult): TResult {
  return withoutSyncs(db, () => {
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

/** Runs a function during which SQLite syncs nothing: whoever calls it does. */
export function withoutSyncs<TResult>(db: DatabaseSync, run: () => TResult): TResult {
  try {
    db.exec("PRAGMA synchronous = OFF");
    try {
      return run();
    } finally {
      db.exec("PRAGMA synchronous = FULL");
    }
  } catch (error) {
    throw toStoreError(error);
  }
}
