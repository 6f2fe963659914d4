import { randomUUID } from "node:crypto";
import { type ChatStore, openMongoStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { startChatNest } from "../support/chatnest-process.ts";
import { FaultSet } from "../support/fault-set.ts";
import { until } from "../support/until.ts";

const database = "chatnest_faults_slow";

describe("while members of a set fall behind or are slow", () => {
  let set: FaultSet;
  beforeAll(async () => {
    set = await FaultSet.start();
  });
  afterAll(() => set?.[Symbol.asyncDispose]());

  it("what others store is heard at once, though the member that was the primary hears nothing", async () => {
    await using here = await open(set);
    await using there = await open(set);
    const heard: string[] = [];
    here.watch((event) => {
      if (event.kind === "entry" && event.entry.kind === "message") heard.push(event.entry.content);
    });
    const hears = (content: string) =>
      until(() => heard.includes(content), { timeoutMs: 15_000, what: `${content} is heard` });
    await say(there, "before");
    await hears("before");

    const former = await set.primary();
    await former.mongod.command({ replSetStepDown: 60, secondaryCatchUpPeriodSecs: 5 });
    await set.electedInsteadOf(former);
    const falling = { configureFailPoint: "stopReplProducer" };
    await former.mongod.command({ ...falling, mode: "alwaysOn" });
    try {
      await say(there, "after");
      await hears("after");
    } finally {
      await former.mongod.command({ ...falling, mode: "off" });
    }
  });

  it("a server says that it is degraded within 15 s when it is told nothing, and goes on serving", async () => {
    await set.settled();
    const appName = "deaf";
    await using server = await startChatNest(`${set.uri(database)}&appName=${appName}`);
    const statusOf = async () => (await (await fetch(`${server.url}/readyz`)).json()) as unknown;
    const says = (status: string, timeoutMs: number) =>
      until(async () => JSON.stringify(await statusOf()).includes(status), {
        timeoutMs,
        what: `it says that it is ${status}`,
      });
    await says("ready", 15_000);
    // One that says nothing of the server, which the driver would take for gone.
    const errorCode = 50; /* MaxTimeMSExpired */
    // Only what is asked of the whole database: the change stream, and no read of a page.
    const namespace = `${database}.$cmd.aggregate`;
    await set.failCommand({
      failCommands: ["getMore", "aggregate"],
      errorCode,
      appName,
      namespace,
    });
    await says("degraded", 15_000);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/messages/room?limit=1`)).status).toBe(200);
    await set.heal();
    await says("ready", 15_000);
  });

  it("answers that need many commands are bounded when each of them is slow", async () => {
    await set.settled();
    await using server = await startChatNest(set.uri(database));
    const call = async (path: string, body?: object) => {
      const post = { method: "POST", headers: { "content-type": "application/json" } };
      const start = performance.now();
      const init = body && { ...post, body: JSON.stringify(body) };
      const { status } = await fetch(server.url + path, init);
      return { status, seconds: (performance.now() - start) / 1_000 };
    };
    await call("/messages/", { conversation_id: "slow", user_id: "ann", content: "hello" });
    // Each is answered before the store gives it up.
    const block = { blockConnection: true, blockTimeMS: 3_500 };
    await set.failCommand({ failCommands: ["insert", "update", "find", "aggregate"], ...block });
    const answers = await Promise.all([
      call("/conversations/ann"),
      call("/conversations/ann?limit=10"),
      call("/conversations/", { user_ids: ["ann", "bob"] }),
    ]);
    await set.heal();
    for (const { status, seconds } of answers) {
      expect(status).toBe(503);
      expect(seconds).toBeLessThan(15);
    }
  });

  it("a store that no majority writes to does not say that it can write, though its primary answers", async () => {
    await set.settled();
    await using store = await open(set);
    await store.ping();
    const secondaries = await set.secondaries();
    for (const { mongod } of secondaries) mongod.stop();
    await expect(store.ping()).rejects.toMatchObject({ code: "unavailable" });
    await set.heal();
    await set.settled();
    await store.ping();
  });
});

async function open(set: FaultSet): Promise<ChatStore & AsyncDisposable> {
  const store = openMongoStore({ uri: set.uri(database) });
  await store.ready;
  await until(() => store.watchState() === "live", { timeoutMs: 10_000, what: "it listens" });
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}

async function say(store: ChatStore, content: string): Promise<void> {
  await append(store, {
    id: randomUUID(),
    user_id: "ann",
    content,
    conversation_id: "room",
  });
}
