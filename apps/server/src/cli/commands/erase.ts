import { type Command, Option } from "commander";
import { type EraseOptions, eraseFromStore } from "../erase.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest erase` */
export const addErase: AddCommand = (program: Command, exitWith) => {
  program
    .command("erase")
    .description(
      "erase a user: its id is replaced everywhere, and its messages are deleted or stay without it; end the access of the user before",
    )
    .requiredOption("--user <id>", "who is erased")
    .addOption(
      new Option("--mode <mode>", "what becomes of its messages")
        .choices(["delete", "anonymize"])
        .makeOptionMandatory(),
    )
    .option("--yes", "do not ask")
    .option("--json", "print what was done as one JSON object")
    .addHelpText(
      "after",
      "\nIt can be interrupted and repeated. Texts of others that name the user stay as they are.\n\nExit codes: 0 if the user is erased, 1 if that failed, 130 if interrupted.",
    )
    .action(async (options: EraseOptions) => exitWith(await eraseFromStore(options)));
};
