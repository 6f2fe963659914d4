import { ServerResponse } from "node:http";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { type Ending, WebAnswer } from "./web-answer.ts";

/**
 * Returns Node's own response if an answer can be written to it directly. One that a middleware has changed (compression), or
 * that is not HTTP/1.1, gets its answer as a web stream.
 */
export function plainResponseOf({ env }: Context<AppEnv>): ServerResponse | undefined {
  const outgoing = env?.outgoing;
  if (!(outgoing instanceof ServerResponse)) return undefined;
  const { write, writeHead, end } = ServerResponse.prototype;
  const isPlain =
    outgoing.write === write && outgoing.writeHead === writeHead && outgoing.end === end;
  return isPlain ? outgoing : undefined;
}

/** Returns the answer of a request that a web stream carries, always the same. */
export function webAnswerOf(c: Context<AppEnv>): WebAnswer {
  const known = c.get("webAnswer");
  if (known) return known;
  const answer = new WebAnswer(c.req.raw.signal);
  c.set("webAnswer", answer);
  return answer;
}

/** Returns what tells when the answer to a request has ended. */
export function endingOf(c: Context<AppEnv>): Ending {
  return plainResponseOf(c) ?? webAnswerOf(c);
}
