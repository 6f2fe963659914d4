import { Collection } from "mongodb";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import type { ConversationDocument } from "../src/mongo/documents.ts";
import { send } from "./log.ts";
import { newMessage } from "./make.ts";
import { newDatabase } from "./mongo-database.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe.each(inject("mongoDeployments"))("MongoDB $name activity", ({ uri }) => {
  it("shows what the log says of a conversation whose writer was killed", async () => {
    await using database = await databaseWithLog(uri, 3);
    await database.change({ active_until: new Date(), last_seq: 1 });
    const store = await database.open();
    const [conversation] = await store.conversations.get(["room"], 1);
    expect(conversation?.last_seq).toBe(3);
    expect(conversation?.last_activity_at).toBe(conversation?.messages[0]?.timestamp);
    const inbox = await store.conversations.inbox("ann", { limit: 1 });
    expect(inbox[0]?.last_activity_at).toBe(conversation?.last_activity_at);
  });

  it("is settled for good some time after the conversation fell quiet", async () => {
    await using database = await databaseWithLog(uri, 3);
    const [before] = await database.read();
    await database.change({ active_until: new Date(Date.now() - 3_600_000), last_seq: 1 });
    await database.open();
    await expect.poll(() => database.read()).toMatchObject([{ last_seq: 3 }]);
    const [after] = await database.read();
    expect(after?.active_until).toBeUndefined();
    expect(after?.last_activity_at.getTime()).toBeGreaterThanOrEqual(
      before?.last_activity_at.getTime() ?? Number.NaN,
    );
  });

  it("is right though a sender was suspended for minutes between its mark and its message", async () => {
    await using database = await databaseWithLog(uri, 1);
    const store = await database.open();
    // Then she does not join, which would wake the conversation.
    await store.members.has({ conversation_id: "room", user_id: "ann" });
    const { bulkWrite } = Collection.prototype;
    const spy = vi.spyOn(Collection.prototype, "bulkWrite");
    spy.mockImplementation(async function (this: Collection, ...input) {
      const result = await bulkWrite.apply(this, input);
      if (this.collectionName === "chat_conversations") {
        spy.mockRestore();
        vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 200_000 });
        await database.open();
        await expect.poll(() => database.read()).toMatchObject([{ state: "settled" }]);
      }
      return result;
    });
    const { message } = await send(store, newMessage({ conversation_id: "room", user_id: "ann" }));
    expect(await database.read()).toMatchObject([{ state: "awake" }]);
    expect(await store.conversations.inbox("ann", { limit: 1 })).toMatchObject([
      { id: "room", last_activity_at: message.timestamp, read_seq: message.seq, unread_count: 0 },
    ]);
  });

  it("finishes a creation whose creator was killed before its members joined", async () => {
    await using database = await databaseWithLog(uri, 0);
    const store = await database.open();
    const conversation = { id: "crew", user_ids: ["ann", "bob"] };
    await store.conversations.create(conversation);
    await database.db.collection("chat_members").deleteMany({});
    await database.change({ incomplete: true }, "crew");
    expect(await store.conversations.create(conversation)).toEqual({ created: false });
    expect(await store.conversations.get(["crew"], 0)).toMatchObject([
      { user_ids: ["ann", "bob"] },
    ]);
  });
});

/** Makes a database in which ann said something `count` times, and lets tests change its documents behind the store's back. */
async function databaseWithLog(uri: string, count: number) {
  const database = newDatabase(uri);
  const conversations = database.db.collection<ConversationDocument>("chat_conversations");
  const store = await database.open();
  for (let said = 0; said < count; said++) {
    await send(store, newMessage({ conversation_id: "room", user_id: "ann" }));
  }
  await store.close();
  return {
    ...database,
    read: () => conversations.find({ _id: "room" }).toArray(),
    async change(changes: Partial<ConversationDocument>, _id = "room"): Promise<void> {
      await conversations.updateOne({ _id }, { $set: changes });
    },
  };
}
