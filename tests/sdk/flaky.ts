import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { type ChatClient, type ChatClientOptions, createChatClient } from "@chatnest/client";
import { startServer, type TestServer } from "../support/server.ts";
import { startHttp } from "./http.ts";

/**
 * What becomes of a request: it is cut off before or after the server got it, never answered, or answered by somebody else;
 * with a `code` as ChatNest answers.
 */
export type Fault =
  | "pass"
  | "cut"
  | "lose"
  | "hang"
  | { status: number; headers?: Record<string, string>; code?: string };

/** A request as it came. */
export interface Asked {
  /** `performance.now()` of its arrival. */
  at: number;
  path: string;
  authorization: string | undefined;
  body: Buffer;
}

/** Stands between a client and a server. */
export interface FlakyProxy extends AsyncDisposable {
  url: string;
  /** The requests so far, in the order in which they came. */
  asked: Asked[];
}

/** Starts a proxy that does to each request what it is told. */
export async function startFlaky(
  target: string,
  faultOf: (asked: Asked, index: number) => Fault,
): Promise<FlakyProxy> {
  const asked: Asked[] = [];
  const { url, [Symbol.asyncDispose]: stop } = await startHttp(handle);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = "/", headers } = request;
    const at = performance.now();
    const body = await buffer(request);
    const one = { at, path, authorization: headers.authorization, body };
    const fault = faultOf(one, asked.push(one) - 1);
    if (fault === "hang") return;
    if (fault === "cut") return void response.destroy();
    if (typeof fault === "object") {
      const { status, headers, code } = fault;
      const problem = code && JSON.stringify({ status, code, detail: "no" });
      return void response.writeHead(status, headers).end(problem);
    }
    const answer = await fetch(target + path, {
      method: request.method ?? "GET",
      headers: { "content-type": headers["content-type"] ?? "" },
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const text = await answer.text();
    if (fault === "lose") return void response.destroy();
    response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  }

  return { url, asked, [Symbol.asyncDispose]: stop };
}

/** A client, the server that it talks to, and the proxy between them. */
export interface FlakyChat extends AsyncDisposable {
  chat: ChatClient;
  server: TestServer;
  asked: Asked[];
}

/** Starts a server over an empty store and a client of it, of whose first requests this becomes; the rest pass. */
export async function startFlakyChat(
  faults: readonly Fault[],
  options: Omit<ChatClientOptions, "url"> = {},
): Promise<FlakyChat> {
  const server = await startServer();
  const proxy = await startFlaky(server.url, (_, index) => faults[index] ?? "pass");
  return {
    chat: createChatClient({ url: proxy.url, retry: { baseMs: 1, maxMs: 2 }, ...options }),
    server,
    asked: proxy.asked,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
