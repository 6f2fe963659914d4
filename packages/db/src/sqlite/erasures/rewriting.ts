import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";

// SQLite leaves copies of rows in unused parts of pages, also with `secure_delete`: ids are in indexes, whose rows are moved about.
// A file that is written anew has no such parts. https://sqlite.org/lang_vacuum.html

/**
 * Writes the file of a database anew, so that it keeps nothing of what was removed, nor does its WAL. It takes as much room again,
 * twice, and blocks the process. A database in memory has no file.
 */
export function rewriteFile(db: DatabaseSync): void {
  const file = db.location();
  if (file === null) return;
  // Beside the file: it may be the only folder that can be written to.
  setTemporaryFolder(db, dirname(file));
  try {
    db.exec("VACUUM");
  } finally {
    setTemporaryFolder(db, "");
  }
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

function setTemporaryFolder(db: DatabaseSync, path: string): void {
  db.exec(`PRAGMA temp_store_directory = '${path.replaceAll("'", "''")}'`);
}
