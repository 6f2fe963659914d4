import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { AppEnv } from "../app-env.ts";
import { isLoopbackOrigin, type Trust } from "../auth/trust.ts";

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
export function shareWithOrigins(
  allowed: readonly string[],
  trust: Trust,
): MiddlewareHandler<AppEnv> {
  const share = cors({
    origin: (origin) =>
      allowed.includes(origin) || (trust === "loopback" && isLoopbackOrigin(origin))
        ? origin
        : null,
    allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowHeaders,
    exposeHeaders,
    maxAge: 600,
  });
  return async (c, next) => {
    if (c.req.header("origin") === undefined) {
      await next();
      // What may be kept must not be taken for what another origin gets.
      if (c.res.headers.has("etag")) c.res.headers.append("vary", "Origin");
      return;
    }
    // An OPTIONS that is no preflight asks what the path can do, not who may.
    const isPlainOptions =
      c.req.method === "OPTIONS" && !c.req.header("access-control-request-method");
    return isPlainOptions ? next() : share(c, next);
  };
}
