import { type CheckCommandOptions, check } from "../check.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest check` */
export const addCheck: AddCommand = (program, exitWith) => {
  program
    .command("check")
    .description(
      "check that the logs have no holes and that all that is derived from them is right, also while a server runs",
    )
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
It changes nothing. At most 100 findings are listed. While a server runs on the embedded store, the pages of the file are not
checked: chatnest backup checks those of its copy.
Exit codes: 0 if nothing is wrong, 1 if something is, 130 if interrupted.`,
    )
    .action(async (options: CheckCommandOptions) => {
      exitWith(await check(options));
    });
};
