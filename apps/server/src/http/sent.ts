import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";

/** Marks the response as already written to Node's own, and returns what the handler returns instead of one. */
export function markSent(c: Context<AppEnv>): Response {
  c.set("isSent", true);
  return RESPONSE_ALREADY_SENT;
}

/** Keeps a response from being written twice. It must wrap every middleware that sets headers. */
export async function skipSent(c: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  if (!c.get("isSent")) return;
  // A new one, since middleware set headers on the old one. Unless the old one is removed first, Hono copies them.
  c.res = undefined;
  c.res = new Response(null, RESPONSE_ALREADY_SENT);
  // Leaves the fast path of node-server, which does not look at the headers.
  void c.res.type;
}
