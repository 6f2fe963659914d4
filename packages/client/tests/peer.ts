import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequests, type Requests } from "../src/http/request.ts";
import type { Token } from "../src/http/token.ts";
import { keepConnected } from "../src/live/connection.ts";
import type { LiveState } from "../src/live/state.ts";

/** How a peer answers a request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Starts a server that gives these answers in turn, and the last one to all later requests. */
export async function startPeer(answers: Answer[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.push(request), answers.length) - 1];
    answer?.(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

const backoff = { baseMs: 10, maxMs: 50 };
/** For tests that do not wait for silence: longer than a busy machine may stall. */
export const patient = { silenceMsMax: 30_000, backoff };
/** For tests that do. */
export const impatient = { silenceMsMax: 300, backoff };

/** Follows a path of a peer. */
export function follow(url: string, token?: Token, patience = patient) {
  return followWith(createRequests({ url, token }), patience);
}

/** Follows a path with the requests of a client that also makes others. */
export function followWith(requests: Requests, patience = patient) {
  const closing = new AbortController();
  const states: LiveState[] = [];
  const heard: string[] = [];
  const line = {
    path: () => "/messages/tea/events",
    signal: closing.signal,
    tell: (state: LiveState) => void states.push(state),
    take: ({ data }: { data: string }) => void heard.push(data),
    room: () => undefined,
  };
  const ended = keepConnected(requests, line, patience);
  return {
    states,
    heard,
    ended,
    get reasons() {
      return states.flatMap((state) => (state.status === "offline" ? [state.error.code] : []));
    },
    get waits() {
      return states.flatMap((state) => (state.status === "offline" ? [state.retryInMs] : []));
    },
    [Symbol.dispose]: () => closing.abort(),
  };
}

/** A stream that stays open. */
export function streaming(text: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(text);
  };
}

/** A stream that ends. */
export function ending(text: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).end(text);
  };
}

/** A page of something other than ChatNest, such as a gateway. */
export function page(status: number, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "text/html", ...headers }).end("<h1>Sorry</h1>");
  };
}

/** A refusal of the server itself. */
export function problem(status: number, code: string): Answer {
  return (response) => {
    const body = JSON.stringify({ status, code, detail: "no", request_id: "r-1" });
    response.writeHead(status, { "content-type": "application/problem+json" }).end(body);
  };
}
