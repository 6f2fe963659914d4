import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";

/** A response before it is made. */
export interface Reply {
  status: number;
  /** By names in lower case. */
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | ReadableStream | null;
}

/**
 * Makes the response to a request, with the headers that every response has. They are set once, as a plain object:
 * node-server writes such headers as they are, and copies those that were set on a response twice.
 */
export function respond(c: Context<AppEnv>, { status, headers, body }: Reply): Response {
  return new Response(body, { status, headers: completeHeaders(c, headers) });
}

/** Adds to the headers of a response those that every response to this request has. */
export function completeHeaders(
  c: Context<AppEnv>,
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const shared = c.get("sharedHeaders");
  const complete: Record<string, string> = { ...headers, ...shared };
  if (c.get("isDraining")?.()) complete["connection"] = "close";
  // What may be kept must not be taken for what a page of another origin gets.
  if (headers["etag"] !== undefined || shared?.["vary"] !== undefined) {
    complete["vary"] = headers["vary"] === undefined ? "Origin" : `${headers["vary"]}, Origin`;
  }
  return complete;
}

/** Adds a header to every response to this request, an error too. */
export function addHeader(c: Context<AppEnv>, name: string, value: string): void {
  c.set("sharedHeaders", { ...c.get("sharedHeaders"), [name]: value });
}
