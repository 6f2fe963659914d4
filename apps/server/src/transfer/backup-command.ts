import { closeSync, openSync } from "node:fs";
import { z } from "zod";
import { defineStoreCommand } from "../admin/command.ts";
import { CommandError } from "../command-error.ts";
import { removeCopy } from "./remove-copy.ts";

/** Copies the embedded store into a file that is not there, and is readable by its user alone. */
export const backupStore = defineStoreCommand({
  name: "backup",
  input: z.object({ file: z.string() }),
  async run({ file }, { store, signal, progress }): Promise<null> {
    try {
      closeSync(openSync(file, "wx", 0o600));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(`cannot write the backup: ${reason}`, { cause: error });
    }
    try {
      await store.transfer.backup(file, (state) => {
        signal.throwIfAborted();
        progress(state);
      });
      signal.throwIfAborted();
      return null;
    } catch (error) {
      await removeCopy(file);
      throw error;
    }
  },
});
