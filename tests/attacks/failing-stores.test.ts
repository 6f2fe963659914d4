import { randomUUID } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { runCommand } from "../support/command.ts";
import { findFreePorts } from "../support/free-port.ts";
import { startStandalone } from "../support/mongod.ts";
import { openTcpProxy } from "../support/tcp-proxy.ts";
import { leak } from "./leak.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { write } from "./writes.ts";

const canary = "c4n4ry-7f3a9";
const message = { user_id: canary, content: canary, conversation_id: "room" };
const input = (value: object): string => encodeURIComponent(JSON.stringify(value));

/** Everything that needs the store. */
const requests: [string, object?][] = [
  ["/messages/", message],
  ["PATCH /messages/room/1", { user_id: canary, content: canary }],
  ["PUT /messages/room/1/reactions/+1", { user_id: canary }],
  ["DELETE /messages/room/2?user_id=ann"],
  ["DELETE /messages/room/1/reactions/+1?user_id=ann"],
  ["/messages/", { ...message, conversation_id: null }],
  ["/conversations/", { user_ids: [canary] }],
  ["/conversations/room/members", { user_id: canary }],
  ["/messages/", { ...message, mentions: ["ann"] }],
  ["PUT /messages/room/reads/ann", { read_seq: 1 }],
  ["PUT /messages/room/reads/ann", { unread_from: 1 }],
  ["PATCH /conversations/by-id/room", { title: canary, metadata: { canary } }],
  ["PATCH /conversations/room/members/ann", { pinned: true }],
  ["/trpc/messages.send", message],
  [
    "/trpc/messages.send,notes.send?batch=1",
    { 0: message, 1: { user_id: canary, content: canary } },
  ],
  ["/trpc/messages.import", { messages: [{ id: "12345678", ...message }] }],
  ["/messages/room"],
  ["/messages/room?limit=5"],
  ["/messages/room/1"],
  ["/messages/room/log"],
  ["/messages/room/1/reactions"],
  ["/messages/room/1/replies"],
  ["/messages/room/1/versions"],
  ["/conversations/ann"],
  ["/conversations/ann?limit=5"],
  ["/conversations/ann?unread=true&archived=false"],
  ["/conversations/by-id/room"],
  ["/messages/room/reads"],
  ["/users/ann/unread"],
  ["/users/ann/notes"],
  ["/messages/room/events?after=0"],
  ["/users/ann/events"],
  [`/trpc/messages.page?input=${input({ conversation_id: "room" })}`],
  [`/trpc/conversations.page?input=${input({ user_id: "ann" })}`],
  [`/trpc/live.user?input=${input({ user_id: "ann" })}`],
  ["/readyz"],
];

/** Asks for everything, and gives the statuses; whatever is told must not say what is behind it. */
async function askAll(target: Target): Promise<number[]> {
  const headers = { "content-type": "application/json" };
  const asked = requests.map(async ([to, body]) => {
    const [path = "", method = body ? "POST" : "GET"] = to.split(" ").toReversed();
    const init = { method, ...(body && { body: JSON.stringify(body), headers }) };
    const response = await fetch(target.url + path, {
      ...init,
      signal: AbortSignal.timeout(40_000),
    });
    const text = await readSome(response);
    expect(text, path).not.toMatch(leak);
    return response.status;
  });
  return Promise.all(asked);
}

// Of a stream what comes in the first seconds.
async function readSome(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream"))
    return response.text();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const timer = setTimeout(() => void reader?.cancel(), 3_000);
  let text = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: "" };
    if (done) break;
    text += value;
  }
  clearTimeout(timer);
  return text;
}

function expectNoCanary(target: Target): void {
  const lines = target.output().split("\n");
  expect(lines.filter((line) => line.includes(canary))).toEqual([]);
}

/** Says something long so often that no cache holds it all. */
async function prepare(target: Target): Promise<void> {
  const content = "x".repeat(16_000);
  for (let n = 0; n < 40; n++) {
    const messages = Array.from({ length: 15 }, () => {
      return { id: randomUUID(), user_id: "ann", content, conversation_id: "room" };
    });
    await write(target, "/trpc/messages.import", JSON.stringify({ messages }));
  }
}

it("an embedded store that cannot write, and then not read, tells nothing of it", async () => {
  await using target = await startTarget();
  await prepare(target);
  // From here on the system lets no file of it grow.
  await runCommand("prlimit", ["--pid", String(target.pid), "--fsize=1"], { timeoutMs: 10_000 });
  const unwritten = await askAll(target);
  const unwritten503 = unwritten.filter((status) => status === 503).length;
  expect(unwritten503).toBeGreaterThan(3);
  expect(target.output()).toContain("the store is unavailable");

  await truncate(join(target.folder, "data", "chatnest.db-wal"), 0);
  await writeFile(join(target.folder, "data", "chatnest.db"), Buffer.alloc(400_000, "broken "));
  const unread = await askAll(target);
  expect(unread.filter((status) => status >= 500).length).toBeGreaterThan(unwritten503);
  // Operators are told what clients are not.
  expect(target.output()).toMatch(/malformed|not a database|disk I\/O error/);
  expectNoCanary(target);
  const told = [...new Set([...unwritten, ...unread])];
  tell(
    "failing stores",
    "SQLite",
    `${unwritten.length + unread.length} requests`,
    `statuses ${told}`,
  );
});

it("a MongoDB that goes away, or refuses documents, tells nothing of it", async () => {
  await using mongod = await startStandalone();
  const [port = 0] = await findFreePorts(1);
  await using proxy = await openTcpProxy(port, mongod.members[0]?.port ?? 0);
  const uri = `mongodb://127.0.0.1:${port}/hunter2?directConnection=true`;
  await using target = await startTarget({ env: { MONGODB_URI: uri } });
  await prepare(target);

  await using client = new MongoClient(mongod.uri);
  const refuse = { content: { $type: "int" } };
  // The driver's error holds the document that was refused.
  await client.db("hunter2").command({ collMod: "chat_messages", validator: refuse });
  const refused = await askAll(target);
  expect(refused).toContain(500);
  expectNoCanary(target);
  await client.db("hunter2").command({ collMod: "chat_messages", validator: {} });

  proxy.govern(() => "cut");
  const away = await askAll(target);
  expect(away.filter((status) => status === 503).length).toBeGreaterThan(5);
  expectNoCanary(target);
  const told = [...new Set([...refused, ...away])];
  tell("failing stores", "MongoDB", `${refused.length + away.length} requests`, `statuses ${told}`);
}, 120_000);
