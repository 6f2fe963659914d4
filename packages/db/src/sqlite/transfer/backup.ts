import { backup, type DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors.ts";
import type { TransferStore } from "../../ports/transfer.ts";
import { toStoreError } from "../errors.ts";

/** How many pages of 4 KiB are copied at a time. Statements wait meanwhile, about 1 ms. */
const pagesAtOnce = 256;

/**
 * Opens the function that copies the database while it is in use. What is written meanwhile through this connection, the only one,
 * is also written to the copy. An error that `onProgress` throws ends it. https://www.sqlite.org/backup.html
 */
export function openBackup(db: DatabaseSync): TransferStore["backup"] {
  return async (file, onProgress) => {
    try {
      await backup(db, file, {
        rate: pagesAtOnce,
        progress: ({ totalPages, remainingPages }) => {
          onProgress({ done: totalPages - remainingPages, total: totalPages });
        },
      });
    } catch (error) {
      throw toStoreError(error);
    }
    // Then Node resolves with a part of the copy.
    if (!db.isOpen) throw new StoreError("closed", "the store was closed during the backup");
  };
}
