import type { Caller } from "@chatnest/api";
import type { HttpBindings } from "@hono/node-server";
import type { WebAnswer } from "./http/web-answer.ts";

/** What handlers find beside the request. The bindings are Node's own request and response, absent off the network. */
export interface AppEnv {
  Bindings: Partial<HttpBindings> & {
    /** The path that everything is served under, without a slash at its end. Absent: none. */
    basePath?: string | undefined;
  };
  Variables: {
    requestId: string;
    /** The headers of every response to this request, by names in lower case. */
    sharedHeaders?: Readonly<Record<string, string>>;
    /** Whether the connection is closed after the response. It may become so while the request is handled. */
    isDraining?(): boolean;
    /** There for all that comes after authentication. */
    caller: Caller;
    /** The answer, where a web stream carries it. */
    webAnswer?: WebAnswer;
  };
}
