import { ChatError } from "@chatnest/api";
import type { Context, Hono, NotFoundHandler } from "hono";
import type { AppEnv } from "../app-env.ts";

/** Answers with an error in the shape of the border that was asked. */
export type SendError = (
  c: Context<AppEnv>,
  error: ChatError,
  headers?: Record<string, string>,
) => Response;

/** Answers what no handler did: OPTIONS with what the path allows, another method of a known path, an unknown path. */
export function answerUnhandled(app: Hono<AppEnv>, sendError: SendError): NotFoundHandler<AppEnv> {
  let routes: Route[] | undefined;
  return (c) => {
    routes ??= readRoutes(app);
    const allow = allowedMethods(routes, c.req.path);
    if (allow === "")
      return sendError(c, new ChatError("not_found", "there is nothing at this path"));
    if (c.req.method === "OPTIONS")
      return c.body(null, 204, { allow, "cache-control": "no-store" });
    const text = `the method is not allowed here; allowed are ${allow}`;
    return sendError(c, new ChatError("method_not_allowed", text), { allow });
  };
}

interface Route {
  method: string;
  pattern: RegExp;
}

function readRoutes(app: Hono<AppEnv>): Route[] {
  return app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => {
      const pattern = path
        .replaceAll(".", "\\.")
        .replaceAll(/:\w+/g, "[^/]+")
        .replace(/\/\*$/, "(?:/.*)?");
      return { method, pattern: new RegExp(`^${pattern}$`) };
    });
}

function allowedMethods(routes: readonly Route[], path: string): string {
  const methods = new Set(
    routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method),
  );
  if (methods.has("GET")) methods.add("HEAD");
  if (methods.size > 0) methods.add("OPTIONS");
  return [...methods].join(", ");
}
