import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { createRequests } from "../request.ts";
import type { Token } from "../token.ts";
import { keepConnected } from "./connection.ts";
import type { LiveState } from "./state.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Starts a server that answers one request after the other as told, the last way for ever. */
async function startPeer(answers: Answer[]) {
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

const impatience = { silenceMsMax: 300, backoff: { baseMs: 10, maxMs: 50 } };

/** Follows a path of a peer, impatiently. */
function follow(url: string, token?: Token, patience = impatience) {
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
  const ended = keepConnected(createRequests({ url, token }), line, patience);
  return {
    states,
    heard,
    ended,
    get reasons() {
      return states.flatMap((state) => (state.status === "offline" ? [state.error.code] : []));
    },
    [Symbol.dispose]: () => closing.abort(),
  };
}

/** A stream that stays open. */
function streaming(text: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(text);
  };
}

function ending(text: string): Answer {
  return (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" }).end(text);
  };
}

function page(status: number, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "text/html", ...headers }).end("<h1>Sorry</h1>");
  };
}

function problem(status: number, code: string): Answer {
  return (response) => {
    const body = JSON.stringify({ status, code, detail: "no", request_id: "r-1" });
    response.writeHead(status, { "content-type": "application/problem+json" }).end(body);
  };
}

const good = streaming("id: e-2\ndata: good\n\n");
const waitFor = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 10 });

describe("a connection", () => {
  test("waits longer where each stream ends soon after it began, but not for ever longer", async () => {
    await using peer = await startPeer([ending("retry: 0\ndata: good\n\n")]);
    using line = follow(peer.url, undefined, {
      silenceMsMax: 300,
      backoff: { baseMs: 10, maxMs: 10_000 },
    });
    await waitFor(() => expect(line.heard.length).toBeGreaterThan(30));
    const waits = line.states.flatMap((state) =>
      state.status === "offline" ? [state.retryInMs] : [],
    );
    expect(Math.max(...waits)).toBeGreaterThan(10);
    expect(Math.max(...waits)).toBeLessThanOrEqual(40);
  });

  test("comes back after a cut with the newest id that it was told, also of an event without data", async () => {
    await using peer = await startPeer([
      ending("id: e-1\ndata: one\n\ndata: two\n\n"),
      ending("id: e-9\n\n"),
      good,
    ]);
    using following = follow(peer.url);
    await waitFor(() => expect(following.heard).toEqual(["one", "two", "good"]));
    const ids = peer.requests.map(({ headers }) => headers["last-event-id"]);
    expect(ids).toEqual([undefined, "e-1", "e-9"]);
    expect(following.reasons).toEqual(["network", "network"]);
    expect(peer.requests[0]?.headers.accept).toBe("text/event-stream");
  });

  test.each([
    ["the page of a gateway", page(502), "unavailable"],
    ["a page that says 404", page(404), "unexpected_answer"],
    ["a portal that asks for money first", page(200), "unexpected_answer"],
    ["an internal error", problem(500, "internal"), "internal"],
    ["a connection that is cut", (response: ServerResponse) => response.destroy(), "network"],
    ["an answer that never comes", () => {}, "timeout"],
    ["a stream that falls silent", streaming(": \n\n"), "timeout"],
    [
      "a stream that says it ends",
      streaming('event: unavailable\ndata: {"detail":"x"}\n\n'),
      "unavailable",
    ],
    [
      "an event that is no JSON where it should be",
      streaming("event: unavailable\ndata: x\n\n"),
      "unexpected_answer",
    ],
  ] as const)("is tried again after %s", async (_, answer, code) => {
    await using peer = await startPeer([answer, answer, good]);
    using following = follow(peer.url);
    await waitFor(() => expect(following.heard).toEqual(["good"]));
    expect(following.reasons.slice(0, 2)).toEqual([code, code]);
  });

  test.each([
    [400, "bad_request"],
    [403, "forbidden"],
    [404, "not_found"],
    [405, "method_not_allowed"],
    [422, "validation_failed"],
  ])("is given up for good after a %i of the server", async (status, code) => {
    await using peer = await startPeer([problem(status, code)]);
    using following = follow(peer.url);
    expect(await following.ended).toMatchObject({ code, status, requestId: "r-1" });
    expect(following.states).toEqual([{ status: "connecting" }]);
  });

  test("waits as long as it is asked to, by a stream or by Retry-After", async () => {
    await using peer = await startPeer([
      ending("retry: 700\n\ndata: x\n\n"),
      page(503, { "retry-after": "60000" }),
      page(429, { "retry-after": "1" }),
    ]);
    using following = follow(peer.url);
    await waitFor(() => expect(following.states.length).toBe(4));
    const [, first, , second] = following.states;
    expect(first).toMatchObject({ status: "offline", retryInMs: 700 });
    expect(second).toMatchObject({ status: "offline", retryInMs: 300_000 });
  });

  test("lives on heartbeats alone", async () => {
    await using peer = await startPeer([
      (response) => {
        good(response, peer.requests[0] as IncomingMessage);
        const timer = setInterval(() => response.write(": \n\n"), 100);
        response.on("close", () => clearInterval(timer));
      },
    ]);
    using following = follow(peer.url);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(following.states).toEqual([{ status: "connecting" }]);
  });

  test("begins again at once when a browser is back online", async () => {
    await using peer = await startPeer([page(503, { "retry-after": "60" }), good]);
    const target = new EventTarget();
    vi.stubGlobal("addEventListener", target.addEventListener.bind(target));
    vi.stubGlobal("removeEventListener", target.removeEventListener.bind(target));
    using following = follow(peer.url);
    vi.unstubAllGlobals();
    await waitFor(() => expect(following.states.length).toBe(2));
    target.dispatchEvent(new Event("online"));
    await waitFor(() => expect(following.heard).toEqual(["good"]));
  });
});

describe("the token of a connection", () => {
  const asking: Answer = (response, request) => {
    const answer =
      request.headers.authorization === "Bearer new" ? good : problem(401, "unauthorized");
    answer(response, request);
  };

  test("is asked for again when it is refused", async () => {
    await using peer = await startPeer([asking]);
    const tokens = ["old", "new"];
    using following = follow(peer.url, () => tokens.shift() ?? "none");
    await waitFor(() => expect(following.heard).toEqual(["good"]));
    expect(following.states).toEqual([{ status: "connecting" }]);
  });

  test("is asked for again and again while it cannot be had", async () => {
    await using peer = await startPeer([asking]);
    let asked = 0;
    using following = follow(peer.url, async () => {
      if (++asked < 4) throw new Error("the token service is away");
      return "new";
    });
    await waitFor(() => expect(following.heard).toEqual(["good"]));
    expect(following.reasons).toEqual(["unauthorized", "unauthorized", "unauthorized"]);
  });

  test("closes the connection for good when a new one is refused too", async () => {
    await using peer = await startPeer([asking]);
    using following = follow(peer.url, () => "old");
    expect(await following.ended).toMatchObject({ code: "unauthorized", status: 401 });
    expect(peer.requests.length).toBe(2);
  });

  test("is told to be over, and the connection goes on with a new one at once", async () => {
    await using peer = await startPeer([
      streaming("retry: 60000\n\ndata: x\n\nevent: expired\ndata: {}\n\n"),
      asking,
    ]);
    const tokens = ["old", "new"];
    using following = follow(peer.url, () => tokens.shift() ?? "none");
    await waitFor(() => expect(following.heard).toEqual(["x", "good"]));
  });
});
