import { type MigrateCommandOptions, migrate } from "../migrate.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest migrate` */
export const addMigrate: AddCommand = (program, exitWith) => {
  program
    .command("migrate")
    .description("copy a whole store into an empty one, and verify the copy")
    .requiredOption("--from <store>", "sqlite:FOLDER, sqlite:FILE.db or mongodb://host/database")
    .requiredOption(
      "--to <store>",
      "the same; it must be empty, or hold the beginning of this migration",
    )
    .option("--json", "print the summary as JSON")
    .addHelpText(
      "after",
      `
Stop all servers on both stores first. Run it again to continue an interrupted migration.
Exit codes: 0 if all is migrated and verified, 1 if not, 130 if interrupted.`,
    )
    .action(async (options: MigrateCommandOptions) => {
      exitWith(await migrate(options));
    });
};
