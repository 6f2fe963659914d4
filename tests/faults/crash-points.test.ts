import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type ChatStore, type Conversation, openMongoStore, readHead } from "@chatnest/db";
import { expectFolded } from "@chatnest/db/tests/folded.ts";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { type MongoDeployment, startReplicaSet } from "../support/mongod.ts";
import { crashEntries, crashEntryOf, crashWrites, fillRoom } from "./crash-entries.ts";

const childProgram = fileURLToPath(new URL("./crash-child.ts", import.meta.url));
const moments = ["before", "after"] as const;
const writes = {
  send: 3,
  create: 3,
  settle: 3,
  wake: 4,
  mark: 1,
  "mark settled": 1,
  ...crashWrites,
} as const;
const bob = { conversation_id: "room", user_id: "bob" } as const;
const hour = 3_600_000;

type Task = keyof typeof writes;

const points = (Object.keys(writes) as Task[]).flatMap((task) =>
  moments.flatMap((moment) =>
    Array.from({ length: writes[task] }, (_, index) => ({ task, moment, nth: index + 1 })),
  ),
);

describe.concurrent("after a crash between two writes", () => {
  let deployment: MongoDeployment;
  let databases = 0;
  beforeAll(async () => {
    deployment = await startReplicaSet({ memberCount: 1 });
  });
  afterAll(() => deployment?.[Symbol.asyncDispose]());

  function newDatabaseUri(): string {
    return deployment.uri.replace(/\/(?=\?|$)/, `/chatnest_faults_crash_${databases++}`);
  }

  it.each(points)("inbox and history are right: $task, $moment write $nth", async (point) => {
    const uri = newDatabaseUri();
    await prepare(uri, point.task);
    const { signal, output } = await crash(uri, point);
    expect(signal, `the child was to die at a write, it said: ${output}`).toBe("SIGKILL");

    await using store = await open(uri);
    switch (point.task) {
      case "send":
        await checkAfterSend(store.opened);
        break;
      case "create":
        await checkAfterCreate(store.opened);
        break;
      case "settle":
        await checkPositions(store.opened, 2);
        break;
      case "wake":
        await checkAfterWake(store.opened);
        break;
      case "mark":
      case "mark settled":
        await checkAfterMark(store.opened, point.moment);
        break;
      default:
        await checkAfterEntry(store.opened, point.task);
    }
  });

  it.each(Object.keys(writes) as Task[])("every write was met: %s", async (task) => {
    const uri = newDatabaseUri();
    await prepare(uri, task);
    const { output } = await crash(uri, { task, moment: "before", nth: 100 });
    expect(output).toBe(`${writes[task]} writes\n`);
  });
});

/** A conversation that was created with one message in it and more are to come shows what is in its log, no more. */
async function checkAfterSend(store: ChatStore): Promise<void> {
  const stored = await store.messages.page("c:room", { limit: 10, from: "oldest" });
  expect(stored.length).toBeLessThanOrEqual(1);
  await checkPositions(store, stored.length);
  // The sender was not answered, so it sends again.
  const message = { id: "crash-message", user_id: "alice", content: "hello" };
  const sent = await append(store, { ...message, conversation_id: "room" });
  expect([sent.created, sent.entry.seq]).toEqual([stored.length === 0, 1]);
  await checkPositions(store, 1);
  expect(await membersOf(store)).toEqual(["alice"]);
}

/** A conversation that was settled with two messages shows the third if it is stored. */
async function checkAfterWake(store: ChatStore): Promise<void> {
  await checkPositions(store, await readHead(store.log, "c:room"));
  await append(store, {
    id: "crash-message",
    user_id: "alice",
    content: "hello",
    conversation_id: "room",
  });
  await checkPositions(store, 3);
}

/** A mark is stored or not, the numbers are right either way, and it can be repeated. */
async function checkAfterMark(store: ChatStore, moment: string): Promise<void> {
  await expectRead(store, moment === "after" ? 1 : 0);
  await store.reads.mark(bob, { read_seq: 1 });
  await expectRead(store, 1);
}

/** Checks how far Bob has read two messages of Alice. */
async function expectRead(store: ChatStore, read_seq: number): Promise<void> {
  const unread_count = 2 - read_seq;
  const items = await store.conversations.itemsOf(bob.user_id, [bob.conversation_id]);
  expect(items).toMatchObject([{ read_seq, unread_count }]);
  expect(await store.reads.totals(bob.user_id)).toMatchObject({ messages: unread_count });
}

/** After a change that may or may not be stored all is as the log says, and the repeat of it is stored once. */
async function checkAfterEntry(store: ChatStore, name: keyof typeof crashEntries): Promise<void> {
  await expectFolded(store, "c:room");
  const before = await readHead(store.log, "c:room");
  const entry = crashEntryOf(name);
  const { created } = await store.log.append(entry);
  expect(await readHead(store.log, "c:room")).toBe(before + Number(created));
  expect(await store.log.append(entry)).toMatchObject({ created: false });
  const oracle = await expectFolded(store, "c:room");
  expect(oracle.ids.has(entry.id)).toBe(true);
}

async function checkAfterCreate(store: ChatStore): Promise<void> {
  const user_ids = ["alice", "bob"];
  await store.conversations.create({ id: "room", user_ids });
  expect(await membersOf(store)).toEqual(user_ids);
  await checkPositions(store, 0);
}

/** Checks that history, the conversation and the inboxes of its members agree. */
async function checkPositions(store: ChatStore, count: number): Promise<void> {
  const history = await store.messages.page("c:room", { limit: 10, from: "oldest" });
  expect(history.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
  expect(await readHead(store.log, "c:room")).toBe(count);
  const room = await readRoom(store);
  if (!room) return expect(count).toBe(0);
  const expected = history.at(-1)?.timestamp ?? room.created_at;
  expect(room).toMatchObject({ last_seq: count, last_activity_at: expected });
  for (const user of room.user_ids) {
    expect(await store.conversations.inbox(user, { limit: 10 })).toMatchObject([
      { id: "room", last_activity_at: expected },
    ]);
  }
}

async function membersOf(store: ChatStore): Promise<readonly string[] | undefined> {
  return (await readRoom(store))?.user_ids;
}

async function readRoom(store: ChatStore): Promise<Conversation | undefined> {
  return (await store.conversations.get(["room"], 10))[0];
}

async function prepare(uri: string, task: Task): Promise<void> {
  if (task.startsWith("mark")) await create(uri);
  if (["settle", "wake", "mark", "mark settled"].includes(task)) await leaveUnsettled(uri);
  if (task === "wake" || task === "mark settled") await settle(uri);
  if (!Object.hasOwn(crashEntries, task)) return;
  await using store = await open(uri);
  await fillRoom(store.opened);
}

async function create(uri: string): Promise<void> {
  await using store = await open(uri);
  await store.opened.conversations.create({ id: "room", user_ids: ["alice", "bob"] });
}

/** Leaves a conversation as one whose mark ran out long ago, with messages that the conversation does not know of. */
async function leaveUnsettled(uri: string): Promise<void> {
  await using store = await open(uri);
  for (const id of ["message-1", "message-2"]) {
    const message = { id, user_id: "alice", content: "hello", conversation_id: "room" };
    await append(store.opened, message);
  }
  await using client = new MongoClient(uri);
  const mark = new Date(Date.now() - hour);
  const conversations = client.db().collection<{ _id: string }>("chat_conversations");
  await conversations.updateOne({ _id: "room" }, { $set: { active_until: mark } });
  const members = client.db().collection("chat_members");
  await members.updateMany({ conversation_id: "room" }, { $set: { awake: mark } });
}

/** Opens the store, which settles by itself, and waits until it has. */
async function settle(uri: string): Promise<void> {
  await using _store = await open(uri);
  await using client = new MongoClient(uri);
  const members = client.db().collection("chat_members");
  const count = await members.countDocuments();
  await expect.poll(() => members.countDocuments({ active_at: { $exists: true } })).toBe(count);
}

async function open(uri: string) {
  const opened = openMongoStore({ uri });
  await opened.ready;
  return { opened, [Symbol.asyncDispose]: () => opened.close() };
}

async function crash(uri: string, { task, moment, nth }: (typeof points)[number]) {
  const child = spawn(process.execPath, [childProgram, uri, task, moment, String(nth)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 15_000,
    killSignal: "SIGTERM",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
    });
  }
  const [, signal] = await once(child, "close");
  return { signal, output };
}
