import { readHead, StoreError } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw.ts";
import { unique } from "../support/rest.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { overStore } from "../support/stores.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface TrpcAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: {
    error?: { code: number; message: string; data: { code: string } };
    result?: { data: unknown };
  };
}

async function call(path: string, init: RequestInit = {}, { url } = server): Promise<TrpcAnswer> {
  const response = await fetch(`${url}/trpc/${path}`, init);
  const text = await response.text();
  const parsed = JSON.parse(text);
  // A batch of one is answered as a list of one.
  const body = Array.isArray(parsed) ? parsed[0] : parsed;
  return { status: response.status, headers: response.headers, text, body };
}

function post(
  body: NonNullable<RequestInit["body"]>,
  headers: Record<string, string> = {},
): RequestInit {
  return { method: "POST", body, headers: { "content-type": "application/json", ...headers } };
}

/** What every error of tRPC looks like, and nothing else is in it. */
function expectError(
  { status, headers, text, body }: TrpcAnswer,
  expected: [number, string],
): void {
  expect([status, body.error?.data.code]).toEqual(expected);
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("x-request-id")).toBeTruthy();
  expect(Object.keys(body.error ?? {}).toSorted()).toEqual(["code", "data", "message"]);
  expect(text).not.toMatch(/stack|node_modules|\.ts|secret|JSON at position|Unexpected token/);
}

const input = (value: unknown): string => encodeURIComponent(JSON.stringify(value));

describe("tRPC", () => {
  it("serves the procedures", async () => {
    const sent = { user_id: "alice", content: "x", conversation_id: unique("room") };
    const { status, headers, body } = await call("messages.send", post(JSON.stringify(sent)));
    expect([status, body.result?.data]).toMatchObject([200, { created: true, message: sent }]);
    expect(headers.get("x-request-id")).toBeTruthy();
    expect(headers.get("cache-control")).toBe("no-store");
    const page = await call(
      `messages.page?input=${input({ conversation_id: sent.conversation_id })}`,
    );
    expect(page.body.result?.data).toMatchObject({ messages: [sent], prev: null, next: null });
  });

  it("takes batches of ten, and no larger", async () => {
    const names = (count: number) => Array.from({ length: count }, () => "messages.page").join(",");
    const inputs = (count: number) =>
      input(
        Object.fromEntries(Array.from({ length: count }, (_, n) => [n, { conversation_id: "a" }])),
      );
    const ten = await fetch(`${server.url}/trpc/${names(10)}?batch=1&input=${inputs(10)}`);
    expect([ten.status, ((await ten.json()) as unknown[]).length]).toEqual([200, 10]);
    expectError(await call(`${names(11)}?batch=1&input=${inputs(11)}`), [400, "bad_request"]);
    expectError(await call(`${names(11)}?batch=1`, post("{}")), [400, "bad_request"]);
  });

  const wrong: [string, string, RequestInit, [number, string]][] = [
    ["an unknown procedure", "messages.nothing", {}, [404, "not_found"]],
    ["the name of something else", "__proto__.toString", {}, [404, "not_found"]],
    ["no procedure", "", {}, [404, "not_found"]],
    ["a query that is sent", "messages.page", post("{}"), [405, "method_not_allowed"]],
    ["a mutation that is asked for", "messages.send", {}, [405, "method_not_allowed"]],
    ["another method", "messages.send", { method: "PUT" }, [405, "method_not_allowed"]],
    ["broken JSON in a query", "messages.page?input={", {}, [400, "bad_request"]],
    ["a broken URL", "messages.page?input=%ff", {}, [400, "bad_request"]],
    ["broken JSON", "messages.send", post("{secret"), [400, "bad_request"]],
    ["a wrong input", "messages.send", post('{"user_id":1}'), [422, "validation_failed"]],
    ["no input", "messages.send", post(""), [422, "validation_failed"]],
    ["a list in a batch", "messages.send?batch=1", post("[]"), [400, "bad_request"]],
    ["no object in a batch", "messages.send?batch=1", post("7"), [400, "bad_request"]],
    ["broken parameters", "messages.page?connectionParams=secret", {}, [400, "bad_request"]],
  ];
  it.each(wrong)("answers in its own shape to %s", async (...[, path, init, expected]) => {
    expectError(await call(path, init), expected);
  });

  it.each([
    ["text", { "content-type": "text/plain" }],
    ["a form", { "content-type": "application/x-www-form-urlencoded" }],
    ["bytes", { "content-type": "application/octet-stream" }],
    ["another character set", { "content-type": "application/json; charset=latin1" }],
    ["something compressed", { "content-encoding": "gzip" }],
  ])("answers 415 to %s", async (_, headers) => {
    expectError(await call("messages.send", post("{}", headers)), [415, "unsupported_media_type"]);
  });

  it("answers 415 to form data", async () => {
    const body = new FormData();
    body.set("user_id", "alice");
    expectError(await call("messages.send", { method: "POST", body }), [
      415,
      "unsupported_media_type",
    ]);
  });

  it("answers 413 to a body over 256 KiB", async () => {
    const large = JSON.stringify({ content: "x".repeat(262_144) });
    expectError(await call("messages.send", post(large)), [413, "payload_too_large"]);
    const stream = { ...post(new Blob([large]).stream()), duplex: "half" } as RequestInit;
    expectError(await call("messages.send", stream), [413, "payload_too_large"]);
  });

  it("answers 400 to broken UTF-8, and stores nothing", async () => {
    const room = unique("room");
    const text = `{"user_id":"alice","conversation_id":"${room}","content":"x`;
    const body = Buffer.concat([Buffer.from(text), Buffer.from([0xff]), Buffer.from('"}')]);
    expectError(await call("messages.send", post(body)), [400, "bad_request"]);
    expect(await readHead(server.store.log, `c:${room}`)).toBe(0);
  });

  it("answers 422 to what is too deep, sent or asked", async () => {
    const deep = "[".repeat(40) + "]".repeat(40);
    expectError(await call("messages.send", post(deep)), [422, "validation_failed"]);
    expectError(await call(`messages.page?input=${encodeURIComponent(deep)}`), [
      422,
      "validation_failed",
    ]);
  });

  it("streams nothing: what is streamed is for REST alone", async () => {
    const path = `messages.all?input=${input({ conversation_id: "a" })}`;
    expectError(await call(path), [415, "unsupported_media_type"]);
    const batch = `messages.all?batch=1&input=${input({ 0: { conversation_id: "a" } })}`;
    for (const headers of [
      { "trpc-accept": "application/jsonl" },
      { accept: "application/jsonl" },
    ]) {
      expectError(await call(batch, { headers }), [415, "unsupported_media_type"]);
    }
    const response = await fetch(`${server.url}/trpc/${batch}`);
    expect(await response.json()).toMatchObject([
      { error: { data: { code: "unsupported_media_type" } } },
    ]);
  });

  it("says when to try again while the store is away", async () => {
    const append = () => Promise.reject(new StoreError("unavailable", "secret"));
    await using away = await startServer({
      store: overStore(server.store, { log: { append } }),
    });
    const sent = post(JSON.stringify({ user_id: "a", content: "x", conversation_id: "r" }));
    const answer = await call("messages.send", sent, away);
    expectError(answer, [503, "unavailable"]);
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(answer.body.error?.data).toMatchObject({ id: expect.any(String) });
  });

  it("shows nothing of an error that nobody expected, and logs it", async () => {
    const append = () => Promise.reject(new Error("secret detail"));
    await using broken = await startServer({
      store: overStore(server.store, { log: { append } }),
    });
    const sent = post(JSON.stringify({ user_id: "a", content: "x", conversation_id: "r" }));
    expectError(await call("messages.send", sent, broken), [500, "internal"]);
    expect(JSON.stringify(broken.log)).toContain("secret detail");
  });

  it("allows what it has", async () => {
    const { headers, status } = await fetch(`${server.url}/trpc/messages.send`, {
      method: "OPTIONS",
    });
    expect([status, headers.get("allow")]).toEqual([204, "GET, POST, HEAD, OPTIONS"]);
    const put = await fetch(`${server.url}/trpc/messages.send`, { method: "PUT" });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, POST, HEAD, OPTIONS"]);
    expect(
      (await sendRaw(server.port, ["HEAD /trpc/messages.page HTTP/1.1", "Host: localhost"])).status,
    ).toBe(204);
  });
});
