import { randomUUID } from "node:crypto";
import { conversationStream, openMongoStore } from "@chatnest/db";
import { MongoClient } from "mongodb";
import { expect, it } from "vitest";
import { FaultSet } from "../support/fault-set.ts";
import { until } from "../support/until.ts";

it("history stays dense when the primary that had more than the majority is killed during a send", async () => {
  await using set = await FaultSet.start();
  const uri = set.uri("chatnest_faults_majority");
  await using stores = new AsyncDisposableStack();
  const open = async () => {
    const store = stores.adopt(openMongoStore({ uri }), (opened) => opened.close());
    await store.ready;
    return store;
  };
  const first = await open();
  const newcomer = await open();
  const room = { user_id: "alice", conversation_id: "room" };
  const stream = conversationStream("room");
  for (const content of ["1", "2", "3"]) {
    await first.messages.append({ ...room, id: randomUUID(), content });
  }
  // So it has nothing else to write before its next message.
  await newcomer.messages.append({ ...room, id: randomUUID(), content: "4" });

  // 5, 6 and 7 reach the primary alone.
  const primary = await set.primary();
  const secondaries = await set.secondaries();
  await replicate(secondaries, "alwaysOn");
  await insertOnPrimary(uri, stream, [5, 6, 7]);
  const sending = newcomer.messages.append({ ...room, id: randomUUID(), content: "new" });
  sending.catch(() => {});
  await until(() => hasWaitingInsert(primary), {
    timeoutMs: 10_000,
    what: "the send runs into what the primary alone has",
  });
  await primary.mongod.kill();
  await replicate(secondaries, "off");

  const { message } = await sending;
  expect(message).toMatchObject({ seq: 5, content: "new" });
  const history = await newcomer.messages.page(stream, { limit: 100, from: "oldest" });
  expect(history.map(({ seq, content }) => `${seq} ${content}`)).toEqual([
    "1 1",
    "2 2",
    "3 3",
    "4 4",
    "5 new",
  ]);
  await set.heal();
  await set.settled();
  const { message: next } = await first.messages.append({
    ...room,
    id: randomUUID(),
    content: "next",
  });
  expect(next.seq).toBe(6);
});

type Members = Awaited<ReturnType<FaultSet["secondaries"]>>;

/** Makes secondaries fetch nothing, or fetch again. */
async function replicate(members: Members, stopped: "alwaysOn" | "off"): Promise<void> {
  const command = { configureFailPoint: "stopReplProducer", mode: stopped };
  await Promise.all(members.map(({ mongod }) => mongod.command(command)));
}

async function insertOnPrimary(uri: string, stream: string, seqs: number[]): Promise<void> {
  await using client = new MongoClient(uri);
  await client
    .db()
    .collection<{ _id: string }>("chat_messages")
    .insertMany(
      seqs.map((seq) => ({
        _id: `${randomUUID()}/${stream}`,
        stream,
        seq,
        user_id: "bob",
        content: `${seq} of the primary alone`,
        timestamp: new Date(),
      })),
      { writeConcern: { w: 1 } },
    );
}

/** Says whether a send has met what the primary alone has: then it waits for the majority. */
async function hasWaitingInsert({ mongod }: { mongod: Members[0]["mongod"] }): Promise<boolean> {
  const { inprog } = await mongod.command({
    currentOp: 1,
    "command.insert": "chat_messages",
  });
  return inprog.length > 0;
}
