import { readSettings } from "../../env.ts";
import { serve } from "../serve.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest serve` */
export const addServe: AddCommand = (program, exitWith) => {
  program
    .command("serve")
    .description(
      "serve the API, a chat page at / and the docs at /docs; chatnest without a command does this",
    )
    .action(async () => exitWith(await serve(readSettings())));
};
