import type { DatabaseSync } from "node:sqlite";
import { newEpoch } from "../commit/epoch.ts";
import type { ChatStore } from "../store.ts";
import type { Durably } from "./commits/commits.ts";
import { prepareCommand, prepareQuery } from "./statements.ts";

/** Opens the epoch. */
export function openEpoch(
  db: DatabaseSync,
  durably: Durably,
): Pick<ChatStore, "epoch" | "renewEpoch"> {
  const read = prepareQuery<{ value: string }>(db, "SELECT value FROM meta WHERE key = 'epoch'");
  const renew = prepareCommand(db, "UPDATE meta SET value = ? WHERE key = 'epoch'");
  return {
    async epoch() {
      const row = read.get();
      if (!row) throw new Error("the database has lost its epoch");
      return row.value;
    },
    async renewEpoch() {
      await durably(() => renew.run(newEpoch()));
    },
  };
}
