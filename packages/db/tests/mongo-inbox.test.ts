import type { Document } from "mongodb";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { createEvents } from "../src/commit/events.ts";
import { fanOutMax } from "../src/inbox.ts";
import { createConnection } from "../src/mongo/connection/connection.ts";
import type { ConversationDocument, MemberDocument } from "../src/mongo/documents.ts";
import { memberKey } from "../src/mongo/documents.ts";
import { createSettling } from "../src/mongo/inbox/settling.ts";
import { createWaking } from "../src/mongo/inbox/waking.ts";
import type { ChatStore, StoreEvent } from "../src/store.ts";
import { expectReadAsBefore, restoreMongo } from "./fixtures.ts";
import { appendAll, send } from "./log.ts";
import { newMessage, newUsers, upTo } from "./make.ts";
import { newDatabase, type TestDatabase } from "./mongo-database.ts";
import { examinedBy, profileOf } from "./profile.ts";
import { withDatabase } from "./with-database.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe.each(inject("mongoDeployments"))("an inbox on MongoDB $name", ({ uri }) => {
  it("of any size is read by as few commands, keys and documents as a small one", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await insertSettled(database, "few", 40);
    await insertSettled(database, "many", 2_000);
    const [few, many] = [
      await costOfPages(database, store, "few"),
      await costOfPages(database, store, "many"),
    ];
    expect(many.ids).toEqual(upTo(10).map((n) => `many-${2_001 - 10 - n}`));
    for (const cost of [few, many]) {
      expect(cost.commands).toEqual(["aggregate chat_members"]);
      // Ten keys, and those that end a search.
      expect(cost.keys).toBeLessThanOrEqual(14);
      expect(cost.documents).toBe(10);
    }
  });

  it("reads only the active conversations from their logs", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await insertSettled(database, "ann", 2_000);
    await appendAll(
      store,
      upTo(5).map((n) => newMessage({ conversation_id: `ann-${n}`, user_id: "ann" })),
    );
    let ids: string[] = [];
    const profiles = await profileOf(database.db, async () => {
      ids = (await store.conversations.inbox("ann", { limit: 10 })).map(({ id }) => id);
    });
    expect(ids.slice(0, 5).toSorted()).toEqual(upTo(5).map((n) => `ann-${n}`));
    expect(ids.slice(5)).toEqual(upTo(5).map((n) => `ann-${2_001 - n}`));
    // The memberships, the heads of the active ones, and what is new there: interrupted deletions first.
    expect(profiles).toHaveLength(4);
    // Before what is settled and after it, what is not is read: a conversation may be settled or woken between them.
    const pipeline = (profiles[0]?.command["pipeline"] ?? []) as Document[];
    const [first, ...others] = [
      pipeline,
      ...pipeline.flatMap(({ $unionWith }) => $unionWith ?? []),
    ];
    const unsettled = { $match: { user_id: "ann", active_at: null } };
    expect(first).toContainEqual(unsettled);
    expect(others.at(-1)).toMatchObject({ pipeline: [unsettled, {}] });
    expect(others).toHaveLength(2);
    expect(profiles.filter(({ hasSortStage }) => hasSortStage)).toEqual([]);
    // The ten settled ones that may be on the page; the five active ones, twice as memberships, as heads and as logs.
    expect(examinedBy(profiles).documents).toBeLessThanOrEqual(10 + 4 * 5);
  });

  it("is read whole though more of it is not settled than one reply may hold", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await insertSettled(database, "ann", 5_100);
    await database.db
      .collection<MemberDocument>("chat_members")
      .updateMany({ conversation_id: { $ne: "ann-7" } }, { $unset: { active_at: true } });
    const inbox = await store.conversations.inbox("ann", { limit: 6_000 });
    expect(inbox.map(({ id }) => id)).toEqual(upTo(5_100).map((n) => `ann-${5_101 - n}`));
  });

  it("costs a send to an active conversation nothing, whoever is in it", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const user_ids = newUsers(fanOutMax);
    await store.conversations.create({ id: "room", user_ids });
    await send(store, newMessage({ conversation_id: "room", user_id: "user-1" }));
    const profiles = await profileOf(database.db, () =>
      send(store, newMessage({ conversation_id: "room", user_id: "user-1" })),
    );
    expect(profiles.map(({ op, ns }) => `${op} ${ns.split(".")[1]}`)).toEqual([
      "insert chat_messages",
    ]);
  });

  it("leaves the memberships of a large conversation alone", async () => {
    await using database = newDatabase(uri);
    const [store, other] = [await database.open(), await database.open()];
    const { settleAll, rows, conversation } = inspect(uri, database);
    await store.conversations.create({ id: "room", user_ids: newUsers(fanOutMax) });
    await settleAll();
    expect(await rows({ active_at: { $exists: true } })).toBe(fanOutMax);
    await store.members.join({ conversation_id: "room", user_id: "one more" });
    expect(await rows({ active_at: { $exists: true } })).toBe(0);
    await settleAll();
    expect(await conversation("room")).toMatchObject({ is_large: true, state: "settled" });
    const sent = [newMessage({ conversation_id: "room" }), newMessage({ conversation_id: "room" })];
    const profiles = await profileOf(database.db, async () => {
      await send(store, sent[0] ?? newMessage(), { admission: "members_only" }).catch(() => {});
      await other.conversations.inbox("user-1", { limit: 1 });
    });
    expect(profiles.filter(({ op, ns }) => op === "update" && ns.endsWith("members"))).toEqual([]);
    await send(store, newMessage({ conversation_id: "room", user_id: "user-1" }));
    const { message } = await send(
      other,
      newMessage({ conversation_id: "room", user_id: "user-2" }),
    );
    await settleAll();
    expect(await rows({ active_at: { $exists: true } })).toBe(0);
    expect(await other.conversations.inbox("one more", { limit: 1 })).toMatchObject([
      { id: "room", last_activity_at: message.timestamp, unread_count: 2 },
    ]);
  });

  it("is told nobody when conversations are woken and settled", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const { settleAll } = inspect(uri, database);
    const heard: StoreEvent[] = [];
    await store.conversations.create({ id: "room", user_ids: ["ann", "bob"] });
    await settleAll();
    store.watch((event) => heard.push(event));
    await send(store, newMessage({ conversation_id: "room", user_id: "ann" }));
    await settleAll();
    await store.members.join({ conversation_id: "room", user_id: "cy" });
    await store.members.leave({ conversation_id: "room", user_id: "cy" });
    await expect.poll(() => heard.filter(({ kind }) => kind === "left").length > 0).toBe(true);
    expect(heard.filter(({ kind }) => kind === "updated")).toEqual([]);
  });
});

describe.each(inject("mongoDeployments"))(
  "inboxes of an older database on MongoDB $name",
  ({ uri }) => {
    it("are kept in memberships only when it is upgraded, and not before all processes know", async () => {
      await using database = newDatabase(uri);
      await restoreMongo(database.db, "mongodb-1");
      const store = await database.open();
      const { settleAll, rows } = inspect(uri, database);
      await settleAll();
      expect(await rows({ active_at: { $exists: true } })).toBe(0);
      await expectReadAsBefore(store, "mongodb-1");
      await store.upgrade();
      await expectReadAsBefore(store, "mongodb-1");
      expect(await rows({ active_at: { $exists: true } })).toBe(0);
      await settleAll();
      expect(await rows({ active_at: { $exists: false } })).toBe(0);
      await expectReadAsBefore(store, "mongodb-1");
      await expectReadAsBefore(await database.open(), "mongodb-1");
      // Nothing is left to do.
      await store.upgrade();
      expect(await rows({ active_at: { $exists: false } })).toBe(0);
    });

    it("are left alone by processes of the version before, which are refused", async () => {
      await using database = newDatabase(uri);
      await restoreMongo(database.db, "mongodb-1");
      const store = await database.open();
      await store.upgrade();
      const conversations = database.db.collection<ConversationDocument>("chat_conversations");
      const mark = { $max: { active_until: new Date() } };
      const refused = { code: 121 };
      await inspect(uri, database).settleAll();
      await expect(conversations.updateOne({ _id: "lobby" }, mark)).rejects.toMatchObject(refused);
      const upsert = conversations.updateOne({ _id: "new" }, mark, { upsert: true });
      await expect(upsert).rejects.toMatchObject(refused);
    });
  },
);

/** Settles what a database holds, as if it had been quiet for long, and looks at its documents. */
function inspect(uri: string, { db }: TestDatabase) {
  const members = db.collection<MemberDocument>("chat_members");
  const conversations = db.collection<ConversationDocument>("chat_conversations");
  return {
    async settleAll(): Promise<void> {
      // For the processes on it too: what they marked is over.
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 200_000 });
      const connection = createConnection(withDatabase(uri, db.databaseName));
      const waking = createWaking(connection, createEvents());
      await createSettling(connection, { waking }).settle();
      await connection.client.close();
    },
    rows: (filter: object) => members.countDocuments(filter),
    conversation: (_id: string) => conversations.findOne({ _id }),
  };
}

/** Stores settled conversations of a user, numbered by activity. */
async function insertSettled({ db }: TestDatabase, user_id: string, count: number): Promise<void> {
  const settled = upTo(count).map((n) => ({ id: `${user_id}-${n}`, at: new Date(n * 60_000) }));
  await db.collection<ConversationDocument>("chat_conversations").insertMany(
    settled.map(({ id, at }) => {
      return { _id: id, created_at: at, last_seq: 0, last_activity_at: at, state: "settled" };
    }),
  );
  await db.collection<MemberDocument>("chat_members").insertMany(
    settled.map(({ id, at }, joined) => {
      const key = { _id: memberKey(user_id, id), user_id, conversation_id: id, joined };
      const numbers = { read_seq: 0, read_count: 0, unread_count: 0, mention_count: 0 };
      return { ...key, ...numbers, active_at: at, archived: false, pinned: false };
    }),
  );
}

/** Reads two pages of ten, and says what the second costs. */
async function costOfPages({ db }: TestDatabase, { conversations }: ChatStore, user: string) {
  const after = (await conversations.inbox(user, { limit: 10 })).at(-1);
  let ids: string[] = [];
  const profiles = await profileOf(db, async () => {
    const page = await conversations.inbox(user, { limit: 10, ...(after && { after }) });
    ids = page.map(({ id }) => id);
  });
  expect(profiles.filter(({ hasSortStage }) => hasSortStage)).toEqual([]);
  const commands = profiles.map(
    ({ command, ns }) => `${Object.keys(command)[0]} ${ns.split(".")[1]}`,
  );
  return { ids, commands, ...examinedBy(profiles) };
}
