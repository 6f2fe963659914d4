import { type ExportOptions, exportFile } from "../export.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest export` */
export const addExport: AddCommand = (program, exitWith) => {
  program
    .command("export")
    .description(
      "write all conversations, members, entries and read state to a file of JSON lines, also while a server runs",
    )
    .argument("<file>", "where to; - is standard output")
    .option("--resume", "go on with what an interrupted export has written")
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      `
Each conversation is exported up to one moment of its own. chatnest import takes the file back.
Exit codes: 0 if all is exported, 1 if it failed, 130 if interrupted.`,
    )
    .action(async (file: string, options: ExportOptions) => {
      exitWith(await exportFile(file, options));
    });
};
