import { appRouter } from "@chatnest/api";

/** What is known of a request when its answer begins. It holds nothing that a client may keep secret: no path, no query. */
export interface Answered {
  /** One of the registered methods, else `OTHER`. */
  method: string;
  /** The registered path, such as `/messages/{conversation_id}`; `unmatched` if there is none. */
  pattern: string;
  status: number;
  /** From the request's head to the beginning of the answer, in ms. A live stream lasts longer. */
  ms: number;
  requestId: string;
  /** The user whose token came with the request. */
  userId: string | undefined;
  /** The header of that name, as the client sent it, where requests are traced. */
  traceparent?: string | undefined;
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Returns a method to count by. A client may send any name. */
export function toMethod(method: string): string {
  return methods.has(method) ? method : "OTHER";
}

const trpcPrefix = "/trpc/";
const trpcPaths = new Set(Object.keys(appRouter._def.procedures).map((name) => trpcPrefix + name));

/**
 * Makes a function that returns the pattern of a path. There are few patterns, whatever paths clients send: a known
 * procedure has its own, `/trpc/messages.send`, all batches share `/trpc/batch`.
 * @param registered is the path that the handler was registered for, as Hono spells it.
 */
export function createPatternOf(registered: string | undefined): (path: string) => string {
  if (registered === undefined) return () => "unmatched";
  const pattern = registered.replaceAll(/:(\w+)/g, "{$1}");
  if (registered !== `${trpcPrefix}*`) return () => pattern;
  return (path) => {
    if (trpcPaths.has(path)) return path;
    return path.includes(",") ? `${trpcPrefix}batch` : pattern;
  };
}
