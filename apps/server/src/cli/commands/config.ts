import { type ConfigOptions, printConfig } from "../config.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest config` */
export const addConfig: AddCommand = (program) => {
  program
    .command("config")
    .description("print the settings that serve would use, and where each comes from")
    .option("--json", "print them as one JSON object")
    .option("--example", "print a .env file with every setting, its meaning and its default")
    .action((options: ConfigOptions) => printConfig(options));
};
