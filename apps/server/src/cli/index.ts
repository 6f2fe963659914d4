import { isDamage } from "@chatnest/db";
import { Command, CommanderError } from "commander";
import { isForUsers } from "../command-error.ts";
import { version } from "../version.ts";
import { addBackup } from "./commands/backup.ts";
import { addCheck } from "./commands/check.ts";
import type { AddCommand } from "./commands/command.ts";
import { addConfig } from "./commands/config.ts";
import { addErase } from "./commands/erase.ts";
import { addExport } from "./commands/export.ts";
import { addImport } from "./commands/import.ts";
import { addKey } from "./commands/key.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addRestored } from "./commands/restored.ts";
import { addServe } from "./commands/serve.ts";
import { addToken } from "./commands/token.ts";
import { addUpgrade } from "./commands/upgrade.ts";

/** The commands, in the order in which the help lists them. */
const commands: readonly AddCommand[] = [
  addServe,
  addConfig,
  addBackup,
  addCheck,
  addExport,
  addImport,
  addErase,
  addMigrate,
  addRestored,
  addUpgrade,
  addKey,
  addToken,
];

/** Runs one `chatnest` command to its end and returns the code to exit with. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("chatnest")
    .description(
      "Stores and delivers chat. Settings come from the environment or a .env file; chatnest config lists them.",
    )
    .version(version)
    .exitOverride();
  for (const add of commands) {
    add(program, (code) => {
      exitCode = code;
    });
  }
  try {
    // `npx chatnest` serves.
    await program.parseAsync(args.length === 0 ? ["serve"] : args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    console.error(toLines(error));
    return 1;
  }
}

function toLines(error: unknown): string {
  if (isDamage(error)) {
    return "chatnest: the file of the embedded store is damaged: chatnest check tells where; restore a backup";
  }
  if (!isForUsers(error)) {
    return error instanceof Error && error.stack ? error.stack : String(error);
  }
  return error.message
    .split("\n")
    .map((line) => `chatnest: ${line}`)
    .join("\n");
}
