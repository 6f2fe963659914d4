import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import type { ChatStore } from "../src/index.ts";
import {
  appendAll,
  contentsOf,
  expectCrowdRefused,
  expectRefusal,
  outcomesOf,
  readLog,
  type Sent,
  send,
} from "./log.ts";
import { newMessage, upTo } from "./make.ts";
import { newDatabase, type TestDatabase } from "./mongo-database.ts";

const deployments = inject("mongoDeployments");
const replicaSets = deployments.filter(({ name }) => name !== "standalone");
const standalones = deployments.filter(({ name }) => name === "standalone");
const rooms = upTo(200).map((n) => `room-${n}`);

afterEach(() => {
  vi.restoreAllMocks();
});

/** Sends one message to each room. */
function sayInAll(store: ChatStore, user_id: string) {
  return appendAll(
    store,
    rooms.map((conversation_id) => newMessage({ conversation_id, user_id })),
  );
}

describe.each(deployments)("MongoDB $name sends", ({ uri }) => {
  it("to many conversations that another process wrote meanwhile are numbered anew together", async () => {
    await using database = newDatabase(uri);
    const [here, there] = [await database.open(), await database.open()];
    for (const store of [here, there]) await sayInAll(store, "ann");
    const inserts = (await commandsOf(database, () => sayInAll(here, "ann"))).filter(
      (command) => command === "insert chat_messages",
    );
    // One conflict, and what is left of the group at once; one after the other it would be 200.
    expect(inserts.length).toBeLessThan(10);
    for (const room of rooms.slice(0, 5)) {
      expect((await readLog(here, `c:${room}`)).map(({ seq }) => seq)).toEqual(upTo(3));
    }
  });

  it("are stored while one call reads 1,000 conversations of a slow server", async () => {
    await using database = newDatabase(uri);
    const store = await database.open("slow");
    const ids = upTo(1_000).map((n) => `inbox-${n}`);
    await appendAll(
      store,
      ids.map((conversation_id) => newMessage({ conversation_id })),
    );
    await sayInAll(store, "ann");
    const slow = { failCommands: ["find", "aggregate"], blockConnection: true, blockTimeMS: 200 };
    await database.failCommand("alwaysOn", { ...slow, appName: "slow" });
    try {
      let isReading = true;
      const reading = store.conversations.get(ids, 10).finally(() => {
        isReading = false;
      });
      while (isReading) await sayInAll(store, "ann");
      expect(await reading).toHaveLength(ids.length);
    } finally {
      await database.failCommand("off", slow);
    }
  });

  it("that are equal are answered by a handful of inserts, and hold up no other message", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await send(store, newMessage({ conversation_id: "room" }));
    const equal = newMessage({ conversation_id: "room" });
    const other = newMessage({ conversation_id: "room", content: "other" });
    let answers: Sent[] = [];
    const commands = await commandsOf(database, async () => {
      answers = await appendAll(store, [...upTo(500).map(() => ({ ...equal })), other]);
    });
    // Three groups of 240 at most; one insert a send it would be 501.
    expect(commands.filter((command) => command === "insert chat_messages").length).toBeLessThan(6);
    expect(answers.map(({ created }) => created)).toEqual([
      true,
      ...upTo(499).map(() => false),
      true,
    ]);
    expect(contentsOf(await readLog(store, "c:room"))).toEqual(["hello", "hello", "other"]);
  });

  it("in a conversation with the name of an index in it find the message that was stored before", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    for (const index of ["stream_seq", "_id_"]) {
      const message = newMessage({ conversation_id: `a index: ${index} dup key: b` });
      expect((await send(store, message)).created).toBe(true);
      await send(store, newMessage({ conversation_id: message.conversation_id }));
      expect((await send(store, message)).created).toBe(false);
    }
  });
});

describe.each(replicaSets)("MongoDB $name sends", ({ uri }) => {
  it("to conversations that another process wrote, and was heard to, meet no conflict", async () => {
    await using database = newDatabase(uri);
    const [here, there] = [await database.open(), await database.open()];
    await expect.poll(() => here.watchState(), { timeout: 10_000 }).toBe("live");
    await sayInAll(here, "ann");
    const heard = new Set<string>();
    here.watch((event) => {
      // Its own come once more by the change stream.
      if (event.kind === "entry" && event.entry.user_id === "bob") heard.add(event.entry.id);
    });
    await sayInAll(there, "bob");
    await expect.poll(() => heard.size).toBe(rooms.length);
    const commands = await commandsOf(database, () => sayInAll(here, "ann"));
    expect(commands).toEqual(["insert chat_messages"]);
  });

  it("are one command each, also of who has been silent for a while", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await expect.poll(() => store.watchState(), { timeout: 10_000 }).toBe("live");
    const say = () => send(store, newMessage({ conversation_id: "room" }));
    await say();
    const commands = await commandsOf(database, async () => {
      // Longer than a membership is believed where nothing is heard.
      await delay(5_500);
      await say();
    });
    expect(commands).toEqual(["insert chat_messages"]);
  });

  it("of who was removed by another process make a member of them again", async () => {
    await using database = newDatabase(uri);
    const [here, there] = [await database.open(), await database.open()];
    const say = () => send(here, newMessage({ conversation_id: "room", user_id: "ann" }));
    await say();
    let hasLeft = false;
    here.watch((event) => {
      hasLeft ||= event.kind === "left";
    });
    await there.members.leave({ conversation_id: "room", user_id: "ann" });
    await expect.poll(() => hasLeft, { timeout: 10_000 }).toBe(true);
    await say();
    expect(await there.conversations.get(["room"], 0)).toMatchObject([{ user_ids: ["ann"] }]);
  });

  it("go on behind what a backup holds that was restored under the running store", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await expect.poll(() => store.watchState(), { timeout: 10_000 }).toBe("live");
    let missed = 0;
    const say = (content: string) =>
      send(store, newMessage({ conversation_id: "room", user_id: "ann", content }));
    for (const content of ["1", "2", "3", "4"]) await say(content);
    store.watch(({ kind }) => {
      if (kind === "missed") missed++;
    });
    // As mongorestore --drop does it.
    const messages = database.db.collection("chat_messages");
    const backup = await messages.find().sort({ seq: 1 }).limit(2).toArray();
    await messages.drop();
    await messages.createIndex({ stream: 1, seq: 1 }, { name: "stream_seq", unique: true });
    await messages.insertMany(backup);
    await expect.poll(() => missed, { timeout: 10_000 }).toBeGreaterThan(0);
    expect((await say("5")).message.seq).toBe(3);
    expect(contentsOf(await readLog(store, "c:room"))).toEqual(["1", "2", "5"]);
  });
});

// The replica set's rule of what fails is another file's.
describe.each(standalones)("MongoDB $name sends", ({ uri }) => {
  it("beyond the 10,000 that may wait are refused", async () => {
    await using database = newDatabase(uri);
    await expectCrowdRefused(await database.open());
  });

  it("of a stranger are refused, and not compared, where the question who is a member fails first", async () => {
    await using database = newDatabase(uri);
    const store = await database.open("asked-again");
    const message = newMessage({ conversation_id: "room", user_id: "ann" });
    await send(store, message);
    const failing = {
      failCommands: ["find", "aggregate"],
      errorCode: 50,
      appName: "asked-again",
    };
    await database.failCommand({ times: 2 }, failing);
    try {
      const repeated = { ...message, user_id: "mallory" };
      await expectRefusal(send(store, repeated, { admission: "members_only" }), "not_member");
    } finally {
      await database.failCommand("off", failing);
    }
  });

  it("that are equal are created once where the outcome of their insert is unknown", async () => {
    await using database = newDatabase(uri);
    const appName = randomUUID();
    const store = await database.open(appName);
    await send(store, newMessage({ conversation_id: "room" }));
    const equal = newMessage({ conversation_id: "room" });
    const writeConcernError = { code: 64, codeName: "WriteConcernFailed", errmsg: "injected" };
    const failing = { failCommands: ["insert"], writeConcernError, appName };
    await database.failCommand({ times: 1 }, failing);
    const sends = [...upTo(20).map(() => ({ ...equal })), { ...equal, content: "other" }];
    expect(await outcomesOf(store, sends)).toEqual([
      "created",
      ...upTo(19).map(() => "repeated"),
      "conflict",
    ]);
    expect(await readLog(store, "c:room")).toHaveLength(2);
  });
});

/** Says which commands reach the collections while something is done: https://www.mongodb.com/docs/manual/reference/database-profiler/ */
async function commandsOf({ db }: TestDatabase, act: () => Promise<unknown>): Promise<string[]> {
  await db.createCollection("system.profile", { capped: true, size: 64 * 1024 * 1024 });
  await db.command({ profile: 2 });
  await act();
  await db.command({ profile: 0 });
  const profiles = await db
    .collection("system.profile")
    .find({ op: { $ne: "getmore" } })
    .toArray();
  return profiles
    .filter(({ ns }) => String(ns).startsWith(`${db.databaseName}.chat_`))
    .map(({ op, ns }) => `${op} ${String(ns).slice(db.databaseName.length + 1)}`);
}
