import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiKey, claim, secret } from "../auth/good-token.ts";
import { SseReader } from "../support/sse-reader.ts";
import { type RunningServer, startServer } from "./chatnest.ts";
import { newFolder } from "./folder.ts";

/** A text that must not be logged, wherever it is put. */
const canary = "c4n4ry-5e1b7";
const json = { "content-type": "application/json" };
const asServer = { authorization: `Bearer ${apiKey}` };
const asAnn = { authorization: `Bearer ${claim({ sub: "ann" })}` };
const said = { user_id: "ann", content: canary, conversation_id: canary };

interface Line {
  msg: string;
  level: string;
  method?: string;
  path?: string;
  status?: number;
  ms?: number;
  request_id?: string;
  user_id?: string;
}

function linesOf(server: RunningServer): Line[] {
  return server.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function lineOf(server: RunningServer, requestId: string): Line[] {
  return linesOf(server).filter(({ request_id }) => request_id === requestId);
}

describe("the log of requests", () => {
  let server: RunningServer;
  let folder: Awaited<ReturnType<typeof newFolder>>;
  beforeAll(async () => {
    folder = await newFolder();
    const env = { CHATNEST_API_KEYS: apiKey, CHATNEST_JWT_SECRET: secret, LOG_LEVEL: "trace" };
    server = await startServer({ cwd: folder.path, env });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  /** Sends a request, and returns its line of the log. */
  async function call(path: string, init: RequestInit = {}): Promise<Line> {
    const response = await fetch(server.url + path, init);
    const requestId = response.headers.get("x-request-id") ?? "";
    if (response.headers.get("content-type")?.startsWith("text/event-stream")) {
      await response.body?.cancel();
    } else {
      await response.arrayBuffer();
    }
    await expect.poll(() => lineOf(server, requestId)).not.toEqual([]);
    const lines = lineOf(server, requestId).filter(({ msg }) => msg === "request");
    expect(lines).toHaveLength(1);
    return lines[0] ?? { msg: "", level: "" };
  }

  it("has a line with what an operator asks for", async () => {
    const body = JSON.stringify(said);
    const headers = { ...json, ...asServer, "x-request-id": "call-1" };
    expect(await call("/messages/", { method: "POST", body, headers })).toEqual({
      level: "info",
      time: expect.any(String),
      msg: "request",
      method: "POST",
      path: "/messages",
      status: 201,
      ms: expect.any(Number),
      request_id: "call-1",
    });
  });

  it.each([
    ["/messages/a%20room", {}, { path: "/messages/{conversation_id}", status: 200 }],
    ["/messages/room/7/", {}, { path: "/messages/{conversation_id}/{seq}", status: 404 }],
    ["/messages/room/events", {}, { path: "/messages/{conversation_id}/events", status: 200 }],
    ["/conversations/by-id/x", {}, { path: "/conversations/by-id/{conversation_id}", status: 404 }],
    ["/trpc/conversations.get?input=%7B%7D", {}, { path: "/trpc/conversations.get", status: 422 }],
    [
      "/trpc/reads.list,messages.page?batch=1&input=%7B%7D",
      {},
      { path: "/trpc/batch", status: 207 },
    ],
    ["/trpc/nothing", {}, { path: "/trpc/*", status: 404 }],
    ["/nothing/here", {}, { path: "unmatched", status: 404 }],
    ["/messages/room", { method: "PUT" }, { path: "unmatched", status: 405 }],
    ["/livez", { method: "OPTIONS" }, { path: "unmatched", status: 204 }],
    ["/docs", {}, { path: "/docs", status: 200 }],
    ["/", {}, { path: "/", status: 200 }],
  ])("counts %s under the pattern of its path", async (path, init, counted) => {
    expect(await call(path, { ...init, headers: asServer })).toMatchObject(counted);
  });

  it("names the user whose token it was, and nobody else", async () => {
    expect(await call("/conversations/ann", { headers: asAnn })).toMatchObject({ user_id: "ann" });
    expect(await call("/conversations/bob", { headers: asAnn })).toMatchObject({
      user_id: "ann",
      status: 403,
    });
    expect(await call("/conversations/ann", { headers: asServer })).not.toHaveProperty("user_id");
    const forged = { authorization: `${asAnn.authorization}x` };
    expect(await call("/conversations/ann", { headers: forged })).not.toHaveProperty("user_id");
    expect(await call("/livez", { headers: asAnn })).not.toHaveProperty("user_id");
  });

  it("holds no token, no message, no path and no query", async () => {
    const body = JSON.stringify(said);
    const posts = [
      [`/messages/`, body],
      [`/messages/`, `{"content":"${canary}`],
      [`/messages/`, JSON.stringify({ ...said, id: canary, [canary]: canary })],
      [`/${canary}`, body],
      [`/trpc/messages.send`, body],
      [`/trpc/${canary}`, body],
      [`/trpc/messages.send,${canary}?batch=1`, JSON.stringify({ 0: said, 1: canary })],
      [`/trpc/messages.send,messages.send?batch=1`, JSON.stringify({ 0: said, 1: said })],
      [`/conversations/`, JSON.stringify({ id: canary, user_ids: [canary] })],
      [`/messages/${canary}/1`, JSON.stringify({ user_id: canary, content: canary })],
    ];
    const input = encodeURIComponent(JSON.stringify({ conversation_id: canary }));
    const gets = [
      `/messages/${canary}`,
      `/messages/${canary}?limit=${canary}`,
      `/messages/${canary}/events?after=${canary}`,
      `/users/${canary}/events`,
      `/conversations/${canary}?cursor=${canary}`,
      `/trpc/messages.page?input=${input}`,
      `/trpc/live.conversation?input=${input}`,
      `/trpc/messages.page,reads.list?batch=1&input=${input}`,
      `/livez?${canary}`,
      `/%ff${canary}`,
    ];
    const credentials = [
      asServer,
      asAnn,
      { authorization: `Bearer ${canary}` },
      { authorization: `Bearer ${claim({ sub: canary, exp: 1 })}` },
      { authorization: canary, cookie: canary, "x-request-id": `${canary} `.repeat(3) },
      {},
    ];
    await using _follower = await SseReader.open(`${server.url}/messages/${canary}/events`, {
      headers: asServer,
    });
    for (const headers of credentials) {
      for (const [path = "", body = ""] of posts) {
        await call(path, { method: "POST", body, headers: { ...json, ...headers } });
      }
      for (const path of gets) await call(path, { headers });
    }
    const { authorization } = asAnn;
    for (const text of [canary, apiKey, secret, authorization.slice("Bearer ".length)]) {
      expect(linesOf(server).filter((line) => JSON.stringify(line).includes(text))).toEqual([]);
    }
  }, 60_000);
});

describe("what an operator chooses", () => {
  it("CHATNEST_REQUEST_LOG=off leaves out the requests, and nothing else", async () => {
    await using folder = await newFolder();
    const env = { CHATNEST_REQUEST_LOG: "off" };
    await using server = await startServer({ cwd: folder.path, env });
    expect((await fetch(`${server.url}/livez`)).headers.get("x-request-id")).toMatch(/^[\da-f-]+$/);
    const { stdout } = await server.stop();
    const said = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).msg);
    expect(said).toEqual([
      expect.stringMatching(/^ChatNest is ready/),
      expect.stringMatching(/^stopping/),
      "stopped",
    ]);
  });

  it("LOG_FORMAT=pretty writes lines for people, without colors off a terminal", async () => {
    await using folder = await newFolder();
    const env = { LOG_FORMAT: "pretty", CHATNEST_DATA: ":memory:" };
    await using server = await startServer({ cwd: folder.path, env });
    await fetch(`${server.url}/livez`);
    const { stdout } = await server.stop();
    expect(stdout).toContain(`  API        http://localhost:${server.port}\n`);
    expect(stdout).toContain("  Store      SQLite :memory: (not durable");
    expect(stdout).toMatch(/\] WARN: .+gone after a stop/);
    expect(stdout).toMatch(/\] INFO: request \{"method":"GET","path":"\/livez"/);
    expect(stdout).not.toContain("\u001b");
  });
});
