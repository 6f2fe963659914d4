import { closeSync, fdatasync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

/** The files of a database, which are synced beside the event loop. */
export interface SyncedFiles {
  /** Resolves once all that was written to the WAL is on the disk. */
  syncWal(): Promise<void>;
  /** Resolves once all that was written to the database file is on the disk. */
  syncDatabase(): Promise<void>;
  /** Call it after the database is closed. */
  close(): void;
}

/** Opens the files of a database in WAL mode. One in memory has none. */
export function openSyncedFiles(db: DatabaseSync): SyncedFiles {
  const file = db.location();
  if (file === null) {
    const sync = () => Promise.resolve();
    return { syncWal: sync, syncDatabase: sync, close() {} };
  }
  // Windows flushes only what is open for writing.
  const database = openSync(file, "r+");
  const wal = openSync(`${file}-wal`, "r+");
  return {
    syncWal: () => sync(wal),
    syncDatabase: () => sync(database),
    close() {
      // POSIX locks belong to the process: closing any descriptor of the database file drops the lock that SQLite holds on it.
      closeSync(database);
      closeSync(wal);
    },
  };
}

function sync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(descriptor, (error) => (error ? reject(error) : resolve()));
  });
}
