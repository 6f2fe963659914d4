import { tellRestored } from "../restored.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest restored` */
export const addRestored: AddCommand = (program) => {
  program
    .command("restored")
    .description(
      "run once after restoring a backup: clients that hold newer messages then start over",
    )
    .action(tellRestored);
};
