import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** Returns what a handler returns when it has written to Node's own response. */
export function markSent(): Response {
  // Leaves the fast path of node-server, which does not look at the headers.
  void RESPONSE_ALREADY_SENT.type;
  return RESPONSE_ALREADY_SENT;
}
