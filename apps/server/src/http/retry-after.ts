import type { ChatError } from "@chatnest/api";

const retryAfterSeconds = 2;

/** Tells a client when to try again, for errors that are temporary (RFC 9110, section 10.2.3). */
export function retryHeaders({ code }: ChatError): Record<string, string> {
  return code === "unavailable" ? { "retry-after": String(retryAfterSeconds) } : {};
}
