import { randomUUID } from "node:crypto";
import { type ChatStore, openMongoStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
