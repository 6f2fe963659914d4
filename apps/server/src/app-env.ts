import type { Caller } from "@chatnest/api";
import type { HttpBindings } from "@hono/node-server";

/** What handlers find beside the request. The bindings are Node's own request and response, absent off the network. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: { requestId: string; caller: Caller; isSent?: boolean };
}
