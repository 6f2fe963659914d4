import { toChatError } from "@chatnest/api";
import type { MiddlewareHandler } from "hono";
import type { Logger } from "pino";
import type { AppEnv } from "./app-env.ts";

/** Logs one line a request, when its answer begins: never its query, its headers or a body. */
export function logRequests(logger: Logger): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const start = performance.now();
    await next();
    logger.info(
      {
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        ms: Math.round((performance.now() - start) * 10) / 10,
        request_id: c.get("requestId"),
      },
      "request",
    );
  };
}

/** Logs an error that clients see nothing of. */
export function logFailure(logger: Logger, error: unknown, requestId: string): void {
  if (toChatError(error).code !== "internal") return;
  logger.error({ err: toLogged(error), request_id: requestId }, "request failed");
}

/** Logs an error that came when the answer was half-way out, and cut it off. */
export function logCut(logger: Logger, error: unknown, requestId: string): void {
  logger.error({ err: toLogged(error), request_id: requestId }, "answer cut off half-way");
}

// Not the error itself: those of databases carry what they were to store.
function toLogged(error: unknown): { stack: string } {
  const stacks: string[] = [];
  for (let at = error; at !== undefined && stacks.length < 5; ) {
    stacks.push(at instanceof Error ? (at.stack ?? at.message) : typeof at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return { stack: stacks.join("\ncaused by: ") };
}
