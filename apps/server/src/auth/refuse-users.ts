import { ChatError } from "@chatnest/api";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../app-env.ts";

/** Refuses callers with a user's token. The rules of who may do what take its place. */
export const refuseUsers: MiddlewareHandler<AppEnv> = (c, next) => {
  if (c.get("caller").kind === "user") {
    throw new ChatError("forbidden", "users may not do this: ask with a server key");
  }
  return next();
};
