import type { ChatError } from "@chatnest/api";

const retryAfterSeconds = 2;

/**
 * Tells a client when to try again, for errors that are temporary (RFC 9110, section 10.2.3), and which limit it has reached
 * (draft-ietf-httpapi-ratelimit-headers-10).
 */
export function retryHeaders({ code, limit }: ChatError): Record<string, string> {
  if (limit) {
    const seconds = Math.max(1, Math.ceil(limit.retryAfterMs / 1_000));
    return {
      "retry-after": String(seconds),
      ratelimit: `"${limit.name}";r=0;t=${seconds}`,
      "ratelimit-policy": `"${limit.name}";q=${limit.quota};w=${limit.windowMs / 1_000}`,
    };
  }
  return code === "unavailable" ? { "retry-after": String(retryAfterSeconds) } : {};
}
