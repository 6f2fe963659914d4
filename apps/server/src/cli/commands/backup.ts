import { type BackupOptions, backUp } from "../backup.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest backup` */
export const addBackup: AddCommand = (program, exitWith) => {
  program
    .command("backup")
    .description("copy the embedded store to a file and check the copy, also while a server runs")
    .argument("<file>", "where to; an older file of the name is replaced when the copy is checked")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      `
To restore it, stop the server, put the file in the place of chatnest.db, and run chatnest restored.
Exit codes: 0 if the copy is whole, 1 if there is none, 130 if interrupted.`,
    )
    .action(async (file: string, options: BackupOptions) => {
      exitWith(await backUp(file, options));
    });
};
