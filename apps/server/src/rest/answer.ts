import { hash } from "node:crypto";
import type { RestAnswer, RestQuery, RestRoute } from "@chatnest/api";
import type { Context } from "hono";
import type { StatusCode } from "hono/utils/http-status";
import type { AppEnv } from "../app-env.ts";
import { isUnchanged } from "../http/etag.ts";

/** Turns the result of a procedure into what REST answers. */
export function toAnswer(
  { toRest, success }: RestRoute,
  result: unknown,
  query: RestQuery,
): RestAnswer {
  return toRest?.(result, query) ?? { status: Number(Object.keys(success)[0]), body: result };
}

/** Answers with JSON; what was only read can be kept by the client, which then asks whether it is still the same. */
export function sendAnswer(
  c: Context<AppEnv>,
  { status, headers = {}, body }: RestAnswer,
): Response {
  if (body === undefined) {
    return send(c, { status, body: null, headers: { ...notKept, ...headers } });
  }
  const text = JSON.stringify(body);
  const isRead = status === 200 && (c.req.method === "GET" || c.req.method === "HEAD");
  if (!isRead) return send(c, { status, body: text, headers: { ...json, ...notKept, ...headers } });

  const etag = etagOf(text, headers["link"]);
  const kept = { "cache-control": "private, no-cache", etag };
  if (isUnchanged(c.req.header("if-none-match"), etag)) {
    return send(c, { status: 304, body: null, headers: kept });
  }
  return send(c, { status, body: text, headers: { ...json, ...kept, ...headers } });
}

/** Answers with JSON that comes piece by piece. */
export function sendStream(c: Context<AppEnv>, stream: ReadableStream | null): Response {
  return send(c, { status: 200, body: stream, headers: { ...json, ...notKept } });
}

interface Reply {
  status: number;
  body: string | ReadableStream | null;
  headers: Record<string, string>;
}

const json = { "content-type": "application/json" };
const notKept = { "cache-control": "no-store" };

// The link is part of what was answered: a page stays the same when the page after it comes to be.
function etagOf(text: string, link = ""): string {
  return `"${hash("sha1", `${link}\n${text}`, "base64url")}"`;
}

function send(c: Context<AppEnv>, { status, body, headers }: Reply): Response {
  return c.newResponse(body, status as StatusCode, headers);
}
