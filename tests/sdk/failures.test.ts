import { createChatClient } from "@chatnest/client";
import { expect, test, vi } from "vitest";
import { startServer } from "../support/server.ts";
import { failureOf } from "./chat.ts";
import { startHttp } from "./http.ts";

const greeting = { id: "greeting-1", conversation_id: "tea", user_id: "ada", content: "Hello" };
const retry = false;
const html = "<html><body><h1>502 Bad Gateway</h1></body></html>";

test("a server that is not there is a network error, and a send's outcome is unknown", async () => {
  const server = await startServer();
  await server[Symbol.asyncDispose]();
  const chat = createChatClient({ url: server.url, retry });
  const read = await failureOf(chat.messages.page({ conversation_id: "tea" }));
  expect(read).toMatchObject({ code: "network", status: undefined, id: undefined });
  expect(read.message).toContain(server.url);
  expect(read.cause).toBeInstanceOf(TypeError);
  const sent = await failureOf(chat.messages.send(greeting));
  expect(sent).toMatchObject({ code: "network", id: greeting.id });
});

test("the id of a send that failed is made by the client when none was chosen", async () => {
  const ids: unknown[] = [];
  await using proxy = await startHttp((request, response) => {
    request.on("data", (body) => ids.push(JSON.parse(String(body)).id));
    request.on("end", () => response.writeHead(503).end());
  });
  const { id: _, ...input } = greeting;
  const failure = await failureOf(createChatClient({ url: proxy.url, retry }).messages.send(input));
  expect(failure.id).toMatch(/^[\da-f-]{36}$/);
  expect(ids).toEqual([failure.id]);
});

test("a store that is away is unavailable, and the error has the id", async () => {
  await using server = await startServer();
  await server.store.close();
  const chat = createChatClient({ url: server.url, retry });
  const failure = await failureOf(chat.messages.send(greeting));
  expect(failure).toMatchObject({ code: "unavailable", status: 503, id: greeting.id });
  expect(failure.requestId).toBeTruthy();
  expect(failure.retryAfterMs).toBe(2_000);
});

test.each([
  [502, "text/html", html, "unavailable"],
  [503, "text/plain", "busy", "unavailable"],
  [504, "text/html", "", "unavailable"],
  [408, "text/html", "", "unavailable"],
  [429, "text/plain", "slow down", "too_many_requests"],
  [401, "text/plain", "who?", "unexpected_answer"],
  [403, "text/html", html, "unexpected_answer"],
  [500, "text/html", html, "unexpected_answer"],
  [404, "text/html", html, "unexpected_answer"],
  [200, "text/html", html, "unexpected_answer"],
  [200, "application/json", "null", "unexpected_answer"],
  [200, "application/json", '{"result":1}', "unexpected_answer"],
  [200, "application/json", '{"result":{"data"', "unexpected_answer"],
  [200, "application/json", '{"result":{}}', "unexpected_answer"],
  [200, "application/json", '{"result":{"data":"ok"}}', "unexpected_answer"],
  [502, "application/json", '{"error":"bad gateway"}', "unavailable"],
  [400, "application/json", '{"error":{"code":-32600,"message":"?"}}', "unexpected_answer"],
  [418, "application/json", '{"detail":"new","code":"of_tomorrow"}', "unexpected_answer"],
])("an answer of something else is an error with its status: %d %s %s", async (...answer) => {
  const [status, type, body, code] = answer;
  await using proxy = await startHttp((_, response) => {
    response.writeHead(status, { "content-type": type, "x-request-id": "r-1" }).end(body);
  });
  const { messages } = createChatClient({ url: proxy.url, retry });
  const failure = await failureOf(messages.page({ conversation_id: "tea" }));
  expect(failure).toMatchObject({ name: "ChatError", code, status, requestId: "r-1" });
  expect(failure.cause).not.toBeInstanceOf(SyntaxError);
  const isRefused = code === "too_many_requests";
  expect((await failureOf(messages.send(greeting))).id).toBe(isRefused ? undefined : greeting.id);
});

test("a refusal of the server before tRPC has its code", async () => {
  await using server = await startServer();
  const forwarding: typeof fetch = (input, init) =>
    fetch(input, { ...init, headers: { ...init?.headers, "x-forwarded-for": "192.0.2.1" } });
  const chat = createChatClient({ url: server.url, fetch: forwarding });
  const failure = await failureOf(chat.messages.page({ conversation_id: "tea" }));
  expect(failure).toMatchObject({ code: "forbidden", status: 403 });
  expect(failure.requestId).toBeTruthy();
});

test.each(["localhost:8000", "localhost", "127.0.0.1:8000", "ws://localhost", "http://"])(
  "no client is made of what is no url here: %j",
  (url) => {
    const make = () => createChatClient({ url, userId: "ada" });
    expect(make).toThrow(expect.objectContaining({ name: "ChatError", code: "bad_request" }));
    expect(make).toThrow("http://localhost:8000");
  },
);

test.each(["", "/api"])(
  "a relative url is refused at once where there is no page: %j",
  async (url) => {
    const { messages } = createChatClient({ url });
    const input = { user_id: "ada", content: "x", conversation_id: "tea" };
    const failure = await failureOf(messages.send(input));
    expect(failure).toMatchObject({ code: "bad_request", id: undefined });
    expect(failure.message).toContain("http://localhost:8000");
  },
);

test.each(["", "/api"])("a url may be relative to a page, or to a fetch: %j", async (url) => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    asked.push(String(input));
    return new Response(null, { status: 404 });
  };
  vi.stubGlobal("location", { href: "https://chat.example/rooms/tea" });
  vi.stubGlobal("fetch", fetch);
  const ofPage = createChatClient({ url, retry });
  await failureOf(ofPage.messages.page({ conversation_id: "tea" }));
  vi.unstubAllGlobals();
  const ofFetch = createChatClient({ url, retry, fetch });
  await failureOf(ofFetch.messages.page({ conversation_id: "tea" }));
  const [first = "", second] = asked;
  expect(first.startsWith(`${url}/trpc/`)).toBe(true);
  expect(second).toBe(first);
});

test("a url that is not ChatNest's is told apart from a missing message", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: `${server.url}/elsewhere` });
  const failure = await failureOf(chat.messages.get({ conversation_id: "tea", seq: 1 }));
  expect(failure.status).toBe(404);
});

test("an answer that breaks off is a network error", async () => {
  await using proxy = await startHttp((_, response) => {
    response.writeHead(200, { "content-length": "100" }).write('{"result":');
    setImmediate(() => response.destroy());
  });
  const { messages } = createChatClient({ url: proxy.url, retry });
  expect(await failureOf(messages.page({ conversation_id: "tea" }))).toMatchObject({
    code: "network",
  });
});

test("an input that cannot be written as JSON is refused before anything is sent", async () => {
  const { messages } = createChatClient({ url: "http://localhost" });
  const circular: Record<string, unknown> = { ...greeting };
  circular["content"] = circular;
  const failure = await failureOf(messages.send(circular as unknown as typeof greeting));
  expect(failure).toMatchObject({ code: "bad_request", status: undefined, id: undefined });
});

test("a trailing slash of the url changes nothing", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: `${server.url}/` });
  expect(await chat.messages.send(greeting)).toMatchObject({ created: true });
});
