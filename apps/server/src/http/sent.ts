import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";

/** Says that the response was written to Node's own, and answers with what to return instead of one. */
export function markSent(c: Context<AppEnv>): Response {
  c.set("isSent", true);
  return RESPONSE_ALREADY_SENT;
}

/** Keeps what was written from being written again. It goes around everything that sets headers. */
export async function skipSent(c: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  if (!c.get("isSent")) return;
  // One of its own, since headers were set on the other; and none to make one with, or they would be sent.
  c.res = undefined;
  c.res = new Response(null, RESPONSE_ALREADY_SENT);
  // Until somebody reads more than the headers, the server takes a shorter way that does not look at them.
  void c.res.type;
}
