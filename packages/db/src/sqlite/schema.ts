import type { DatabaseSync } from "node:sqlite";
import { newEpoch } from "../commit/epoch.ts";
import { StoreError } from "../errors.ts";
import { migrations } from "./migrations.ts";

/**
 * Brings a database to the newest schema version, in one transaction.
 * @throws StoreError `cannot_open` when a newer ChatNest or another program made it.
 */
export function migrate(db: DatabaseSync): void {
  // The write lock comes first, so that nobody else migrates after the version was read.
  db.exec("BEGIN EXCLUSIVE");
  try {
    const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version > migrations.length) {
      throw new StoreError(
        "cannot_open",
        `it has schema version ${version}, made by a newer ChatNest; this one knows ${migrations.length}`,
      );
    }
    if (version === 0 && db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get()) {
      throw new StoreError("cannot_open", "it is a SQLite database, but not one of ChatNest");
    }
    for (const migration of migrations.slice(version)) db.exec(migration);
    const mint = db.prepare("INSERT INTO meta VALUES ('epoch', ?) ON CONFLICT DO NOTHING");
    mint.run(newEpoch());
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
