import { backup, type DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "../../errors.ts";
import type { TransferStore } from "../../ports/transfer.ts";
import { toCopyError } from "../errors.ts";

/** How many pages of 4 KiB are copied at a time. Statements wait meanwhile, about 1 ms. */
const pagesAtOnce = 256;

/** How often a copy is begun, and the pause between, in ms: longer than any transaction takes. */
const beginningsMax = 500;
const pauseMs = 10;

/**
 * Opens the function that copies the database while it is in use. What is written meanwhile through this connection, the only one,
 * is also written to the copy. An error that `onProgress` throws ends it. https://www.sqlite.org/backup.html
 */
export function openBackup(db: DatabaseSync): TransferStore["backup"] {
  return async (file, onProgress) => {
    for (let beginnings = 1; ; beginnings++) {
      try {
        await backup(db, file, {
          rate: pagesAtOnce,
          progress: ({ totalPages, remainingPages }) => {
            onProgress({ done: totalPages - remainingPages, total: totalPages });
          },
        });
        break;
      } catch (error) {
        if (!isNotBegun(error) || beginnings === beginningsMax) throw toCopyError(error);
      }
      await pause(pauseMs);
      admit(db);
    }
    // Then Node resolves with a part of the copy.
    admit(db);
  };
}

function admit(db: DatabaseSync): void {
  if (!db.isOpen) throw new StoreError("closed", "the store was closed during the backup");
}

// SQLite takes the first step only while no transaction writes. Node tries the later ones again, but fails at the first, with the
// result code of the copy: none.
function isNotBegun(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 0;
}
