import { randomUUID } from "node:crypto";
import {
  type ChatStore,
  conversationStream,
  noteStream,
  openMongoStore,
  readHead,
  type Stream,
} from "@chatnest/db";
import { Db } from "mongodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { append } from "../support/append.ts";
import { type FaultMember, FaultSet } from "../support/fault-set.ts";
import { until } from "../support/until.ts";
import { openMemberView } from "./member-view.ts";

const database = "chatnest_faults_majority";

describe("history stays dense when the primary, seven messages long, is killed where a majority has four", () => {
  let set: FaultSet;
  beforeAll(async () => {
    set = await FaultSet.start();
  });
  afterAll(() => set?.[Symbol.asyncDispose]());

  it("during a send that ran into what the primary alone has", async () => {
    await set.settled();
    await using first = await open(set);
    await using newcomer = await open(set);
    const room = { user_id: "alice", conversation_id: "room" };
    await say(first, room, ["1", "2", "3"]);
    // So it has nothing else to write before its next message.
    await say(newcomer, room, ["4"]);
    const stream = conversationStream("room");
    const ahead = await getAhead(set, stream);

    const sending = say(newcomer, room, ["new"]);
    await until(() => isInserting(ahead.primary), {
      timeoutMs: 10_000,
      what: "the send runs into what the primary alone has",
    });
    await ahead.killPrimary();
    await sending;
    await checkHistory(newcomer, stream);
    await set.heal();
    await set.settled();
    await say(first, room, ["next"]);
    expect(await readHead(first.log, stream)).toBe(6);
  });

  it("between what a send reads and what it inserts", async () => {
    await set.settled();
    await using first = await open(set);
    await using newcomer = await open(set);
    const notes = { user_id: "alice", conversation_id: null };
    await say(first, notes, ["1", "2", "3", "4"]);
    const stream = noteStream("alice");
    const ahead = await getAhead(set, stream);

    using inserts = holdInserts();
    const sending = say(newcomer, notes, ["new"]);
    await inserts.reached;
    await ahead.killPrimary();
    await set.electedInsteadOf(ahead.primary);
    // An insert on the old primary would fail, and all would be read anew.
    await until(() => newcomer.ping().then(() => true), {
      timeoutMs: 20_000,
      what: "the sender knows the new primary",
    });
    inserts.release();
    await sending;
    await checkHistory(newcomer, stream);
    await set.heal();
  });
});

/** Opens a store, as a process of its own would. */
async function open(set: FaultSet) {
  const store = openMongoStore({ uri: set.uri(database) });
  await store.ready;
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}

async function say(
  store: ChatStore,
  sender: { user_id: string; conversation_id: string | null },
  contents: readonly string[],
): Promise<void> {
  for (const content of contents) {
    await append(store, { ...sender, id: randomUUID(), content });
  }
}

/** Lets 5, 6 and 7 reach the primary alone. */
async function getAhead(set: FaultSet, stream: Stream) {
  const primary = await set.primary();
  const secondaries = await set.secondaries();
  await replicate(secondaries, "alwaysOn");
  await using view = await openMemberView(primary, database);
  for (let count = 0; count < 3; count++) await view.insertAtEnd(stream, "bob");
  expect(await view.lastSeq(stream, "local")).toBe(7);
  expect(await view.lastSeq(stream, "majority")).toBe(4);
  return {
    primary,
    async killPrimary() {
      await primary.mongod.kill();
      await replicate(secondaries, "off");
    },
  };
}

/** Makes secondaries fetch nothing, or fetch again. */
async function replicate(members: FaultMember[], stopped: "alwaysOn" | "off"): Promise<void> {
  const command = { configureFailPoint: "stopReplProducer", mode: stopped };
  await Promise.all(members.map(({ mongod }) => mongod.command(command)));
}

/** Says whether a send has met what the primary alone has: then it waits for the majority. */
async function isInserting({ mongod }: FaultMember): Promise<boolean> {
  const { inprog } = await mongod.command({ currentOp: 1, "command.insert": "chat_messages" });
  return inprog.length > 0;
}

/** Holds inserts of messages back before the driver gets to see them, as a busy process does. */
function holdInserts() {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { command } = Db.prototype;
  const spy = vi.spyOn(Db.prototype, "command").mockImplementation(async function held(
    this: Db,
    ...input: Parameters<typeof command>
  ) {
    if (input[0]["insert"] === "chat_messages") {
      reached.resolve();
      await released.promise;
    }
    return command.apply(this, input);
  });
  return {
    reached: reached.promise,
    release: released.resolve,
    [Symbol.dispose]: () => spy.mockRestore(),
  };
}

async function checkHistory({ messages }: ChatStore, stream: Stream): Promise<void> {
  const history = await messages.page(stream, { limit: 100, from: "oldest" });
  expect(history.map(({ seq, content }) => `${seq} ${content}`)).toEqual([
    "1 1",
    "2 2",
    "3 3",
    "4 4",
    "5 new",
  ]);
}
