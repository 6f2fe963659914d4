import type { Context } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "../app-env.ts";
import { isLoopbackOrigin, type Trust } from "../auth/trust.ts";
import { type Reply, respond } from "./respond.ts";

const allowHeaders = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-Match",
  "If-None-Match",
  "Last-Event-ID",
  "X-Request-Id",
];
// Without these a page cannot read them.
const exposeHeaders = [
  "ETag",
  "Link",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-Request-Id",
];

/** Lets pages of the allowed origins read what the server answers. */
export interface Sharing {
  /** Answers a preflight, which asks what a page may do. */
  answerPreflight(c: Context<AppEnv>): Promise<Response>;
  /** Returns the headers of any other response to a page. */
  headersFor(origin: string): Reply["headers"];
}

/** Shares answers with pages of these origins, and with those of this machine where it is trusted. */
export function createSharing(allowed: readonly string[], trust: Trust): Sharing {
  const isAllowed = (origin: string) =>
    allowed.includes(origin) || (trust === "loopback" && isLoopbackOrigin(origin));
  const preflight = cors({
    origin: (origin) => (isAllowed(origin) ? origin : null),
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders,
    exposeHeaders,
    maxAge: 600,
  });
  const exposed = { "access-control-expose-headers": exposeHeaders.join(","), vary: "Origin" };

  return {
    async answerPreflight(c) {
      const answer = await preflight(c, async () => {});
      if (!answer) throw new Error("a preflight was not answered");
      return respond(c, { status: 204, headers: Object.fromEntries(answer.headers), body: null });
    },
    headersFor(origin) {
      return isAllowed(origin) ? { ...exposed, "access-control-allow-origin": origin } : exposed;
    },
  };
}
