import { isStoreError } from "@chatnest/db";
import { Command, CommanderError } from "commander";
import { CommandError } from "../command-error.ts";
import { readSettings } from "../env.ts";
import { version } from "../version.ts";
import { type ImportOptions, importFile } from "./import.ts";
import { createKey } from "./key.ts";
import { tellRestored } from "./restored.ts";
import { serve } from "./serve.ts";
import { signToken, type TokenOptions } from "./token.ts";

/** Runs one `chatnest` command to its end and returns the code to exit with. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("chatnest")
    .description(
      "Stores and delivers chat. Settings come from the environment, or a .env file: see .env.example.",
    )
    .version(version)
    .exitOverride();

  program
    .command("serve")
    .description("serve the API, its docs at /docs; npm start does it too")
    .action(async () => {
      await serve(readSettings());
    });

  program
    .command("import")
    .description(
      "store the messages of a file; to run it again, also with a longer file, stores nothing twice",
    )
    .argument(
      "<file>",
      "JSON lines: user_id, content, and perhaps conversation_id, timestamp, id; - is standard input",
    )
    .option(
      "--strict",
      "stop at the first line that is refused; what came before it is stored, and up to 199 lines after it",
    )
    .option(
      "--url <url>",
      "import through the server there, such as http://localhost:8000, with the first of CHATNEST_API_KEYS",
    )
    .addHelpText(
      "after",
      "\nExits with 0 when every line is stored, 1 when one was refused, 130 when it was interrupted.",
    )
    .action(async (file: string, options: ImportOptions) => {
      exitCode = await importFile(file, options);
    });

  program
    .command("restored")
    .description(
      "to be run once after a backup was restored: clients that hold more than it does begin anew",
    )
    .action(tellRestored);

  program
    .command("key")
    .description("print a new server key, for CHATNEST_API_KEYS")
    .action(() => console.log(createKey()));

  program
    .command("token")
    .description("print a user token signed with CHATNEST_JWT_SECRET, for development")
    .requiredOption("--user <id>", "whose token it is")
    .requiredOption("--ttl <time>", "how long it is good: 90s, 15m, 12h or 30d")
    .action(async (options: TokenOptions) => console.log(await signToken(options, readSettings())));

  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(toLines(error));
    return 1;
  }
}

function toLines(error: unknown): string {
  // Only a bug has a stack that is worth reading.
  if (!(error instanceof CommandError || isStoreError(error))) {
    return error instanceof Error && error.stack ? error.stack : String(error);
  }
  return error.message
    .split("\n")
    .map((line) => `chatnest: ${line}`)
    .join("\n");
}
