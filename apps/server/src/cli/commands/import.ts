import { CommandError } from "../../command-error.ts";
import { type FromFastApiOptions, importFromFastApi } from "../from-fastapi.ts";
import { type ImportOptions, importFile } from "../import.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest import` */
export const addImport: AddCommand = (program, exitWith) => {
  program
    .command("import")
    .description(
      "store the messages of a file; importing it again, even after it grew, stores nothing twice",
    )
    .argument(
      "[file]",
      "what chatnest export has written; or JSON lines with user_id, content and, optionally, conversation_id, timestamp, id, reply_to, thread_seq, mentions, metadata; with a kind of edit, deletion or reaction, a change of the message at target_seq; - is standard input",
    )
    .option(
      "--strict",
      "stop at the first refused line; the lines before it are stored, and up to 199 after it",
    )
    .option(
      "--url <url>",
      "import through a running server, such as http://localhost:8000, with the first of CHATNEST_API_KEYS",
    )
    .option(
      "--from-fastapi <uri>",
      "import what the former FastAPI service has stored instead, from mongodb://host/database; it can run meanwhile",
    )
    .option("--partial", "of an export that is cut off, import the conversations that are complete")
    .option("--json", "print the summary as JSON; with --from-fastapi, one JSON object a line")
    .addHelpText(
      "after",
      `
An export is checked before anything is written. A conversation that is there already is compared, and never changed.
Exit codes: 0 if all of it is stored, 1 if something was refused or differs, 130 if interrupted.`,
    )
    .action(
      async (file: string | undefined, options: ImportOptions & Partial<FromFastApiOptions>) => {
        const { fromFastapi, json } = options;
        if (fromFastapi === undefined) {
          if (file === undefined) throw new CommandError("give a file, or --from-fastapi");
          exitWith(await importFile(file, options));
          return;
        }
        if (file !== undefined || options.url !== undefined || options.strict) {
          throw new CommandError("--from-fastapi takes no file, and neither --url nor --strict");
        }
        exitWith(await importFromFastApi({ fromFastapi, ...(json && { json }) }));
      },
    );
};
