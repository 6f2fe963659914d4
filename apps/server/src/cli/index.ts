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
import { upgradeStore } from "./upgrade.ts";

/** Runs one `chatnest` command to its end and returns the code to exit with. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("chatnest")
    .description(
      "Stores and delivers chat. Settings come from the environment or a .env file; .env.example lists them.",
    )
    .version(version)
    .exitOverride();

  program
    .command("serve")
    .description("serve the API, with its docs at /docs; npm start runs this")
    .action(async () => {
      await serve(readSettings());
    });

  program
    .command("import")
    .description(
      "store the messages of a file; importing it again, even after it grew, stores nothing twice",
    )
    .argument(
      "<file>",
      "JSON lines with user_id, content and, optionally, conversation_id, timestamp, id, reply_to, thread_seq, mentions, metadata; with a kind of edit, deletion or reaction, a change of the message at target_seq; - is standard input",
    )
    .option(
      "--strict",
      "stop at the first refused line; the lines before it are stored, and up to 199 after it",
    )
    .option(
      "--url <url>",
      "import through a running server, such as http://localhost:8000, with the first of CHATNEST_API_KEYS",
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 if every line is stored, 1 if a line was refused, 130 if interrupted.",
    )
    .action(async (file: string, options: ImportOptions) => {
      exitCode = await importFile(file, options);
    });

  program
    .command("restored")
    .description(
      "run once after restoring a backup: clients that hold newer messages then start over",
    )
    .action(tellRestored);

  program
    .command("upgrade")
    .description(
      "run once when all processes on a MongoDB are of this version: it allows edits, deletions and reactions, and makes inboxes fast",
    )
    .action(upgradeStore);

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
  // Only the stack of a bug is worth reading.
  if (!(error instanceof CommandError || isStoreError(error))) {
    return error instanceof Error && error.stack ? error.stack : String(error);
  }
  return error.message
    .split("\n")
    .map((line) => `chatnest: ${line}`)
    .join("\n");
}
