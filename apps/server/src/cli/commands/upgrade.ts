import { upgradeStore } from "../upgrade.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest upgrade` */
export const addUpgrade: AddCommand = (program) => {
  program
    .command("upgrade")
    .description(
      "run once when all processes on a MongoDB are of this version: it allows edits, deletions and reactions, and makes inboxes fast",
    )
    .action(upgradeStore);
};
