import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { createEvents } from "../src/commit/events.ts";
import { createConnection } from "../src/mongo/connection/connection.ts";
import {
  type ConversationDocument,
  type MemberDocument,
  memberKey,
} from "../src/mongo/documents.ts";
import type { EntryDocument } from "../src/mongo/entry-documents.ts";
import { createSettling } from "../src/mongo/inbox/settling.ts";
import { createWaking } from "../src/mongo/inbox/waking.ts";
import type { ChatStore, StoreEvent } from "../src/store.ts";
import { restoreMongo } from "./fixtures.ts";
import { appendAll, send } from "./log.ts";
import { newMessage, upTo } from "./make.ts";
import { newDatabase, type TestDatabase } from "./mongo-database.ts";
import { checkInbox } from "./mongo-inbox-checks.ts";
import { createProcess } from "./mongo-inbox-process.ts";
import { examinedBy, profileOf } from "./profile.ts";
import { withDatabase } from "./with-database.ts";

const deployments = inject("mongoDeployments");

afterEach(() => {
  vi.useRealTimers();
});

describe.each(deployments)("read state on MongoDB $name", ({ uri }) => {
  it("of a long stretch is as exact as that of a short one, also while deletions are interrupted", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await store.conversations.create({ id: "room", user_ids: ["ann", "bob", "$cy"] });
    const said = upTo(150).map((n) =>
      newMessage({
        conversation_id: "room",
        user_id: n % 3 === 0 ? "bob" : "ann",
        ...(n % 7 === 0 && { mentions: n % 2 === 0 ? ["$cy", "bob"] : "everyone" }),
      }),
    );
    await appendAll(store, said);
    for (const target_seq of [14, 20, 21, 140]) {
      const deletion = { kind: "deletion", id: `deletion-${target_seq}`, user_id: "ann" } as const;
      await store.log.append({ ...deletion, conversation_id: "room", target_seq });
    }
    await interruptDeletions(database, [21, 140]);
    const connection = createConnection(withDatabase(uri, database.db.databaseName));
    await using _client = connection.client;
    const process = createProcess(connection);
    const cy = { conversation_id: "room", user_id: "$cy" };
    for (const place of [150, 100, 30, 1]) {
      await store.reads.mark(cy, { unread_from: place });
      for (const user of ["ann", "bob", "$cy"]) await checkInbox(process, user);
    }
    const bob = { conversation_id: "room", user_id: "bob" };
    await store.reads.mark(bob, { unread_from: 2 });
    for (const read_seq of [10, 60, 120, 149]) {
      await store.reads.mark(bob, { read_seq });
      await checkInbox(process, "bob");
    }
    await settleAll(uri, database);
    for (const user of ["ann", "bob", "$cy"]) await checkInbox(process, user);
  });

  it("is marked by three commands, and by as few for many at once", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const rooms = upTo(50).map((n) => `room-${n}`);
    await Promise.all(
      rooms.map(async (id) => {
        await store.conversations.create({ id, user_ids: ["ann", "bob"] });
        await appendAll(
          store,
          upTo(20).map(() => newMessage({ conversation_id: id, user_id: "ann" })),
        );
      }),
    );
    const mark = (conversation_id: string) =>
      store.reads.mark({ conversation_id, user_id: "bob" }, { read_seq: 20 });
    const one = await profileOf(database.db, () => mark("room-1"));
    expect(one.map(({ op, ns }) => `${op} ${ns.split(".")[1]}`)).toEqual([
      "query chat_members",
      "command chat_messages",
      "update chat_members",
    ]);
    const many = await profileOf(database.db, () => Promise.all(rooms.map(mark)));
    const reads = many.filter(({ op }) => op !== "update");
    expect(reads.length).toBeLessThanOrEqual(4);
    expect(many.filter(({ op }) => op === "update")).toHaveLength(49);
    expect(await store.reads.totals("bob")).toEqual({ conversations: 0, messages: 0, mentions: 0 });
  });

  it("is counted by as few keys and documents as conversations have unread messages", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await insertSettled(database, "few", { count: 40, unread: 10 });
    await insertSettled(database, "many", { count: 4_000, unread: 10 });
    // What is read once for all.
    await store.reads.totals("nobody");
    for (const user of ["few", "many"]) {
      const totals = await profileOf(database.db, async () => {
        expect(await store.reads.totals(user)).toEqual({
          ...{ conversations: 10, messages: 20, mentions: 10 },
        });
      });
      expect(totals).toHaveLength(1);
      expect(examinedBy(totals).documents).toBeLessThanOrEqual(10);
      let ids: string[] = [];
      const page = await profileOf(database.db, async () => {
        const query = { limit: 5, unread: true, archived: false };
        ids = (await store.conversations.inbox(user, query)).map(({ id }) => id);
      });
      expect(ids).toEqual(upTo(5).map((n) => `${user}-${11 - n}`));
      expect(page).toHaveLength(1);
      expect(page.filter(({ hasSortStage }) => hasSortStage)).toEqual([]);
      expect(examinedBy(page).keys).toBeLessThanOrEqual(20);
    }
  });
});

describe.each(deployments)("read state of an older database on MongoDB $name", ({ uri }) => {
  it("is what was there at the first look, or when it is settled", async () => {
    await using database = newDatabase(uri);
    await restoreMongo(database.db, "mongodb-1");
    const [store, other] = [await database.open(), await database.open()];
    const heard: StoreEvent[] = [];
    other.watch((event) => heard.push(event));
    const stateOf = async (by: ChatStore, user: string) => {
      const [item] = await by.conversations.itemsOf(user, ["lobby"]);
      return { read: item?.read_seq, unread: item?.unread_count };
    };
    expect(await stateOf(store, "bob")).toEqual({ read: 8, unread: 0 });
    await send(store, newMessage({ conversation_id: "lobby", user_id: "ann" }));
    expect(await stateOf(other, "bob")).toEqual({ read: 8, unread: 1 });
    expect(await stateOf(other, "ann")).toEqual({ read: 9, unread: 0 });
    await store.upgrade();
    expect(await stateOf(other, "bob")).toEqual({ read: 8, unread: 1 });
    // What was marked before the upgrade is woken by the first settling.
    await settleAll(uri, database);
    await settleAll(uri, database);
    const members = database.db.collection<MemberDocument>("chat_members");
    expect(await members.countDocuments({ active_at: { $exists: false } })).toBe(0);
    expect(await members.countDocuments({ read_seq: { $exists: false } })).toBe(0);
    expect(await stateOf(other, "bob")).toEqual({ read: 8, unread: 1 });
    const mark = { read_seq: 9 };
    await store.reads.mark({ user_id: "bob", conversation_id: "lobby" }, mark);
    expect(await members.findOne({ _id: memberKey("bob", "lobby") })).toMatchObject({
      ...{ unread_count: 0, read_seq: 9, active_at: expect.any(Date) },
    });
    if (other.watchState() !== "alone") {
      await expect.poll(() => heard.some(({ kind }) => kind === "read")).toBe(true);
    }
    expect(heard.filter(({ kind }) => kind === "read").length).toBeLessThanOrEqual(1);
    expect(heard.filter(({ kind }) => kind === "updated")).toEqual([]);
  });
});

/** Undoes what followed after deletions were stored, as a crash leaves it. */
async function interruptDeletions({ db }: TestDatabase, targets: readonly number[]): Promise<void> {
  const messages = db.collection<EntryDocument>("chat_messages");
  for (const target_seq of targets) {
    await messages.updateOne({ kind: "deletion", target_seq }, { $set: { erasing: true } });
    const back = {
      $set: { content: "secret", mentions: true as const },
      $unset: { deleted_seq: true as const },
    };
    await messages.updateOne({ stream: "c:room", seq: target_seq }, back);
  }
}

/** Settles what a database holds, as if it had been quiet for long. */
async function settleAll(uri: string, { db }: TestDatabase): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 200_000 });
  const connection = createConnection(withDatabase(uri, db.databaseName));
  const waking = createWaking(connection, createEvents());
  await createSettling(connection, { waking }).settle();
  await connection.client.close();
}

/** Stores settled conversations of a user, numbered by activity. The first ones have two unread messages and a mention each. */
async function insertSettled(
  { db }: TestDatabase,
  user_id: string,
  { count, unread }: { count: number; unread: number },
): Promise<void> {
  const rows = upTo(count).map((n) => ({ n, id: `${user_id}-${n}`, at: new Date(n * 60_000) }));
  await db.collection<ConversationDocument>("chat_conversations").insertMany(
    rows.map(({ id, at }) => {
      return { _id: id, created_at: at, last_seq: 0, last_activity_at: at, state: "settled" };
    }),
  );
  await db.collection<MemberDocument>("chat_members").insertMany(
    rows.map(({ n, id, at }, joined) => ({
      ...{ _id: memberKey(user_id, id), user_id, conversation_id: id, joined },
      ...{ read_seq: 0, read_count: 0, active_at: at, archived: false, pinned: false },
      unread_count: n <= unread ? 2 : 0,
      mention_count: n <= unread ? 1 : 0,
    })),
  );
}
