import { randomUUID } from "node:crypto";
import { type ChatStore, openMongoStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChatNest } from "../support/chatnest-process.ts";
import { FaultSet } from "../support/fault-set.ts";
import { until } from "../support/until.ts";

const database = "chatnest_faults_lagging";

describe("while members of a set fall behind", () => {
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
      if (event.kind === "message") heard.push(event.message.content);
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
    await set.failCommand({ failCommands: ["getMore", "aggregate"], errorCode: 91, appName });
    await says("degraded", 15_000);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/messages/room?limit=1`)).status).toBe(200);
    await set.heal();
    await says("ready", 15_000);
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
  await store.messages.append({
    id: randomUUID(),
    user_id: "ann",
    content,
    conversation_id: "room",
  });
}
