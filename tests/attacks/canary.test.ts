import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SseReader } from "../support/sse-reader.ts";
import { exchange } from "./raw-exchange.ts";
import { startTarget, storeNames, type Target } from "./target.ts";
import { tell } from "./tell.ts";

/** A text that must not be logged, wherever it is put. */
const canary = "c4n4ry-7f3a9";

const json = { "content-type": "application/json" };
const encoded = encodeURIComponent(`{"conversation_id":"${canary}"}`);

/** Bodies that hold it, of every kind that is taken or refused. */
const bodies: [string, string | Uint8Array<ArrayBuffer>][] = [
  ["a content", `{"user_id":"ann","content":"${canary}","conversation_id":"room"}`],
  ["a note", `{"user_id":"ann","content":"${canary}"}`],
  ["a sender", `{"user_id":"${canary}","content":"x"}`],
  ["a conversation", `{"user_id":"ann","content":"x","conversation_id":"${canary}"}`],
  [
    "an id that is taken",
    `{"id":"taken-id","user_id":"ann","content":"${canary}","conversation_id":"room"}`,
  ],
  ["a wrong id", `{"id":"${canary}!","user_id":"ann","content":"x"}`],
  ["members", `{"user_ids":["${canary}"]}`],
  ["members, one twice", `{"user_ids":["${canary}","${canary}"]}`],
  ["an unknown field", `{"${canary}":1,"user_id":"ann","content":"x"}`],
  ["a field that is read-only", `{"user_id":"ann","content":"x","timestamp":"${canary}"}`],
  ["a value of another type", `{"user_id":["${canary}"],"content":{"a":"${canary}"}}`],
  ["half a character", `{"user_id":"ann","content":"${canary}\\ud800"}`],
  ["broken JSON", `{"user_id":"ann","content":"${canary}`],
  ["broken JSON at the canary", `{"content":${canary}}`],
  ["no JSON", canary],
  ["a text", `"${canary}"`],
  ["a deep text", `${"[".repeat(40)}"${canary}"`],
  ["a wide text", `{"content":"${canary}",${'"a":0,'.repeat(11_000)}"b":0}`],
  ["broken UTF-8", Buffer.concat([Buffer.from(`{"content":"${canary}`), Buffer.from([0xff])])],
  ["a large text", `{"content":"${canary.repeat(25_000)}"}`],
  ["a batch", `{"0":{"user_id":"ann","content":"${canary}"},"1":"${canary}"}`],
  ["a mention", `{"user_id":"ann","content":"x","mentions":["${canary}"]}`],
  ["a title", `{"conversation_id":"room","title":"${canary}","metadata":{"a":"${canary}"}}`],
  ["a wrong title", `{"conversation_id":"room","title":"${canary.repeat(20)}"}`],
  ["a mark of a user", `{"conversation_id":"room","user_id":"${canary}","read_seq":1}`],
  ["a wrong mark", `{"conversation_id":"room","user_id":"ann","unread_from":"${canary}"}`],
  ["a setting", `{"conversation_id":"room","user_id":"ann","muted_until":"${canary}"}`],
  ["an import", `{"messages":[{"id":"12345678","user_id":"ann","content":"${canary}"}]}`],
];
const writePaths = [
  ...["/messages/", "/conversations/", "/conversations/room/members", "/nothing"],
  ...["/trpc/messages.send", "/trpc/messages.send,notes.send?batch=1", "/trpc/messages.import"],
  ...["/trpc/conversations.create", "/trpc/conversations.update", "/trpc/none"],
  ...["/trpc/conversations.updateMember", "/trpc/reads.mark", "/trpc/reads.markUnread"],
];

const queries = [
  ...[
    `/messages/room?limit=${canary}`,
    `/messages/room?${canary}`,
    `/messages/room?token=${canary}`,
  ],
  ...[
    `/conversations/ann?cursor=${canary}`,
    `/conversations/ann?archived=${canary}`,
    `/messages/room/reads?cursor=${canary}`,
    `/users/ann/unread?${canary}`,
    `/messages/room/events?after=${canary}`,
    `/livez?${canary}`,
  ],
  ...[
    `/trpc/messages.page?input=${encoded}`,
    `/trpc/messages.page?input={${canary}`,
    `/docs?${canary}`,
  ],
  ...[
    `/trpc/none?input=${encoded}`,
    `/trpc/messages.page?connectionParams=${canary}`,
    `/nothing?${canary}`,
  ],
  ...[
    `/messages/?${canary}=1`,
    `/messages/%ff?${canary}`,
    `/trpc/messages.page?batch=1&input=${encoded}`,
  ],
];

const headers: Record<string, string>[] = [
  { authorization: `Bearer ${canary}` },
  { authorization: `Basic ${btoa(canary)}`, "x-canary": canary },
  { authorization: canary },
  { cookie: `session=${canary}` },
  { "x-api-key": canary },
  { "idempotency-key": canary },
  { "idempotency-key": `${canary}\u00e9` },
  { "last-event-id": canary },
  { "if-none-match": `"${canary}"` },
  { "user-agent": canary },
  { referer: `http://localhost/?${canary}` },
  { origin: `http://${canary}` },
  { "content-type": canary },
  { "content-encoding": canary },
  { accept: canary },
  { "accept-encoding": canary },
  { "trpc-accept": canary },
  { "x-forwarded-for": canary },
  { forwarded: `for=${canary}` },
  { [canary]: "x" },
];

const raw = [
  `${canary} / HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  `GET /livez ${canary}\r\nHost: localhost\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: ${canary} x\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: ${canary}\r\n\r\n`,
  `GET http://${canary}@localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: localhost\r\n${canary}\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${canary}\0\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: ${canary}\r\n\r\n`,
  `GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ${canary}\r\n\r\n`,
  `CONNECT ${canary}:80 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  `POST /messages/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;${canary}\r\n`,
  `POST /messages/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: ${canary}\r\n\r\n`,
  `POST /messages/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"content":"${canary}`,
];

describe.each(storeNames)("on %s", (store) => {
  let target: Target;
  let count = 0;
  beforeAll(async () => {
    target = await startTarget({ store, env: { LOG_LEVEL: "trace" } });
    const taken = '{"id":"taken-id","user_id":"ann","content":"x","conversation_id":"room"}';
    await send("/messages/", { method: "POST", body: taken, headers: json });
  });
  afterAll(() => target[Symbol.asyncDispose]());

  async function send(path: string, init: RequestInit = {}): Promise<void> {
    count++;
    const signal = AbortSignal.timeout(5_000);
    const response = await fetch(target.url + path, { ...init, signal });
    // A stream has no end.
    if (response.headers.get("content-type") === "text/event-stream") await response.body?.cancel();
    else await response.arrayBuffer();
  }

  function expectNoCanary(what: string): void {
    const lines = target.output().split("\n");
    expect(
      lines.filter((line) => line.includes(canary)),
      what,
    ).toEqual([]);
    expect(
      lines.filter((line) => line.includes(btoa(canary))),
      what,
    ).toEqual([]);
  }

  it("no log line holds what was in a body", async () => {
    await using _follower = await SseReader.open(`${target.url}/messages/room/events`);
    for (const [what, body] of bodies) {
      for (const path of writePaths) {
        await send(path, { method: "POST", body, headers: json });
        await send(path, { method: "POST", body, headers: { "content-type": "text/plain" } });
      }
      expectNoCanary(what);
    }
  });

  it("no log line holds what was in a query", async () => {
    for (const path of queries) {
      await send(path);
      await send(path, { method: "POST", body: "{}", headers: json });
      expectNoCanary(path);
    }
  });

  it("no log line holds what was in a header", async () => {
    const said = '{"user_id":"ann","content":"x","conversation_id":"room"}';
    for (const extra of headers) {
      for (const path of ["/messages/room", "/messages/room/events", "/docs", "/trpc/none"]) {
        await send(path, { headers: extra });
      }
      await send("/messages/", { method: "POST", body: said, headers: { ...json, ...extra } });
      expectNoCanary(JSON.stringify(extra));
    }
  });

  it("no log line holds what was no request", async () => {
    for (const text of raw) {
      count++;
      await exchange(target.port, text, 200);
      expectNoCanary(text);
    }
    expect(target.output()).toContain('"path":"/messages/{conversation_id}"');
    tell(
      "canary",
      store,
      `${count} requests`,
      `${target.output().split("\n").length} lines without it`,
    );
  });
});

it("no log line holds what is in an error that ends the process", async () => {
  // As a bug would: an error of a driver that nobody catches. Its stack names the code, which is in its URL.
  const bug = `process.on("SIGUSR2", () => {
    const op = { content: "${canary.slice(0, 4)}" + "${canary.slice(4)}" };
    throw Object.assign(new Error("a bug"), { op, cause: Object.assign(new Error("its cause"), { op }) });
  })`;
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}` };
  await using target = await startTarget({ env });
  process.kill(target.pid, "SIGUSR2");
  await expect.poll(() => target.isRunning()).toBe(false);
  expect(target.output()).toMatch(/"level":"fatal".*a bug.*its cause/);
  expect(target.output()).not.toContain(canary);
});
