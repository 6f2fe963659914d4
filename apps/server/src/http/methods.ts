import { ChatError } from "@chatnest/api";
import type { Context, Handler, Hono, NotFoundHandler } from "hono";
import type { AppEnv } from "../app-env.ts";
import { respond } from "./respond.ts";

/** Answers with an error in the shape of the border that was asked. */
export type SendError = (
  c: Context<AppEnv>,
  error: ChatError,
  headers?: Record<string, string>,
) => Response;

/** Handles a method that a path does not have, though another path of the same form has it. */
export const leaveUnserved: Handler<AppEnv> = (c) => c.notFound();

/** Answers what no handler did: OPTIONS with what the path allows, another method of a known path, an unknown path. */
export function answerUnhandled(app: Hono<AppEnv>, sendError: SendError): NotFoundHandler<AppEnv> {
  let methods: ReadonlySet<string> | undefined;
  return (c) => {
    methods ??= new Set(app.routes.map(({ method }) => method).filter((name) => name !== "ALL"));
    const allow = [...allowedMethods(app, methods, c.req.path)].join(", ");
    if (allow === "")
      return sendError(c, new ChatError("not_found", "there is nothing at this path"));
    if (c.req.method === "OPTIONS") {
      return respond(c, {
        status: 204,
        headers: { allow, "cache-control": "no-store" },
        body: null,
      });
    }
    const text = `the method is not allowed here; allowed are ${allow}`;
    return sendError(c, new ChatError("method_not_allowed", text), { allow });
  };
}

function allowedMethods(
  { router }: Hono<AppEnv>,
  methods: ReadonlySet<string>,
  path: string,
): Set<string> {
  // What goes around all requests matches as well: it is registered for all methods, and no route is.
  const answers = (name: string) => {
    const matches = router.match(name, path)[0].map(([match]) => match);
    const first = matches.find(([, { method }]) => method !== "ALL");
    return first !== undefined && first[0] !== leaveUnserved;
  };
  const allowed = new Set([...methods].filter(answers));
  if (allowed.has("GET")) allowed.add("HEAD");
  if (allowed.size > 0) allowed.add("OPTIONS");
  return allowed;
}
