import { createKey } from "../key.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest key` */
export const addKey: AddCommand = (program) => {
  program
    .command("key")
    .description("print a new server key, for CHATNEST_API_KEYS")
    .action(() => console.log(createKey()));
};
