import type { DatabaseSync } from "node:sqlite";
import { openChangeCount, prepareQuery } from "../statements.ts";
import type { SyncedFiles } from "./synced-files.ts";
import { withoutSyncs } from "./transactions.ts";

/** After how many changed rows the WAL is copied for the first time. */
const changesMin = 1_000;
/**
 * How many pages of 4 KiB the WAL should hold, some of them many times: 16 MiB. The event loop waits while each of them is copied
 * once, which takes 5 microseconds a page.
 */
const framesMax = 4_096;

/** Copies the WAL into the database file from time to time, and lets it start over. */
export interface Checkpoints {
  /**
   * Makes a checkpoint if it is time for one. Nothing may be written meanwhile, and all that was written must be synced.
   * @throws StoreError `unavailable` when nothing may be written before it has succeeded; else what a sync throws.
   */
  makeIfDue(): Promise<void>;
}

/** Opens the checkpoints. SQLite must not make any of its own. */
export function openCheckpoints(db: DatabaseSync, files: SyncedFiles): Checkpoints {
  const countChanges = openChangeCount(db);
  const checkpoint = prepareQuery<{ log: number }>(db, "PRAGMA wal_checkpoint(PASSIVE)");
  const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
  let changesBefore = countChanges();
  let changesMax = changesMin;
  let mustStartOver = false;

  /** Returns whether the WAL was copied. It may go on growing when it was not, as on a full disk. */
  function copy(): boolean {
    changesBefore = countChanges();
    try {
      const frames = withoutSyncs(db, () => checkpoint.get()?.log ?? 0);
      changesMax = nextChangesMax(changesMax, frames);
      return true;
    } catch {
      return false;
    }
  }

  return {
    async makeIfDue() {
      if (!mustStartOver) {
        if (countChanges() - changesBefore < changesMax || !copy()) return;
        mustStartOver = true;
        await files.syncDatabase();
      }
      // The next transaction overwrites the WAL from its start. If several of its frames reached the disk before its header, the
      // old header and the frames before them would be taken for the whole. So the first transaction has one frame, that of the
      // page with the version: https://sqlite.org/src/info/ff5be73dee
      withoutSyncs(db, () => db.exec(`PRAGMA user_version = ${version}`));
      await files.syncWal();
      mustStartOver = false;
    },
  };
}

/**
 * Decides after how many changed rows the next copy is made, by how many frames the last one found. Few large ones cost less than
 * many small ones, since a page that changed many times is copied once.
 */
export function nextChangesMax(changesMax: number, frames: number): number {
  const room = framesMax / Math.max(frames, 1);
  return Math.max(changesMax * Math.min(Math.max(room, 0.5), 1.5), changesMin);
}
