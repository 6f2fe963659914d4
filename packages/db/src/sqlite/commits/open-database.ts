import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { toOpenError } from "../errors.ts";
import { migrate } from "../schema.ts";
import { openSyncedFiles, type SyncedFiles } from "./synced-files.ts";

/**
 * How much of the file SQLite keeps in memory at most, in KiB; of a small file it keeps less. In a large one, a send needs about
 * four pages that only its conversation uses, so this is enough for 1,000 conversations that are active at a time.
 */
const cacheKib = 16 * 1024;

/** An open database, and its files. */
export interface OpenedDatabase {
  db: DatabaseSync;
  files: SyncedFiles;
}

/**
 * Opens a database, of the newest schema version. All that it holds is durable.
 * @throws StoreError `cannot_open`.
 */
export function openDatabase(file: string): OpenedDatabase {
  let db: DatabaseSync | undefined;
  try {
    if (file !== ":memory:") makeFolder(dirname(file));
    db = new DatabaseSync(file);
    // Exclusive before WAL: then SQLite locks the file itself and creates no shared memory file.
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec("PRAGMA synchronous = FULL");
    // What is erased must not stay in unused pages of the file.
    db.exec("PRAGMA secure_delete = ON");
    // What a killed process left in the WAL may not be on the disk, even if it can be read. Nothing is added to that.
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    // It writes the version, so it creates the WAL, and syncs it and the folder.
    migrate(db);
    db.exec("PRAGMA wal_autocheckpoint = 0");
    db.exec(`PRAGMA cache_size = -${cacheKib}`);
    return { db, files: openSyncedFiles(db) };
  } catch (error) {
    db?.close();
    throw toOpenError(file, error);
  }
}

// Level by level, since Node's `recursive` never returns where folders cannot be created, as below /proc. Other users of the machine
// may not read what was said.
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
