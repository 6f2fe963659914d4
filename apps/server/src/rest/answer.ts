import type { RestAnswer, RestQuery } from "@chatnest/api";
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { isUnchanged } from "../http/etag.ts";
import { respond } from "../http/respond.ts";
import { toJsonText } from "./kept-json.ts";
import type { RestProcedure } from "./routes.ts";

/** Turns the result of a procedure into what REST answers. */
export function toAnswer(
  { route, status }: Pick<RestProcedure, "route" | "status">,
  result: unknown,
  query: RestQuery,
): RestAnswer {
  return route.toRest?.(result, query) ?? { status, body: result };
}

/** Answers with JSON; what was only read can be kept by the client, which then asks whether it is still the same. */
export function sendAnswer(
  c: Context<AppEnv>,
  { status, headers = {}, body }: RestAnswer,
): Response {
  if (body === undefined) {
    return respond(c, { status, body: null, headers: { ...notKept, ...headers } });
  }
  const isRead = status === 200 && (c.req.method === "GET" || c.req.method === "HEAD");
  if (!isRead) {
    const text = JSON.stringify(body);
    return respond(c, { status, body: text, headers: { ...json, ...notKept, ...headers } });
  }
  const { text, etag } = toJsonText(body, headers["link"]);
  const kept = { "cache-control": "private, no-cache", etag };
  if (isUnchanged(c.req.header("if-none-match"), etag)) {
    return respond(c, { status: 304, body: null, headers: kept });
  }
  return respond(c, { status, body: text, headers: { ...json, ...kept, ...headers } });
}

/** Answers with JSON that comes piece by piece. */
export function sendStream(c: Context<AppEnv>, stream: ReadableStream | null): Response {
  return respond(c, { status: 200, body: stream, headers: { ...json, ...notKept } });
}

const json = { "content-type": "application/json" };
const notKept = { "cache-control": "no-store" };
