import { readSettings } from "../../env.ts";
import { signToken, type TokenOptions } from "../token.ts";
import type { AddCommand } from "./command.ts";

/** `chatnest token` */
export const addToken: AddCommand = (program) => {
  program
    .command("token")
    .description("print a user token signed with CHATNEST_JWT_SECRET, for development")
    .requiredOption("--user <id>", "whose token it is")
    .requiredOption("--ttl <time>", "how long it is good: 90s, 15m, 12h or 30d")
    .action(async (options: TokenOptions) => console.log(await signToken(options, readSettings())));
};
