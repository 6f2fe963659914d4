import type { CommandStartedEvent, MongoClient } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import { KeptReads } from "../src/commit/kept-reads.ts";
import type { Message } from "../src/entities.ts";
import { createConnection } from "../src/mongo/connection/connection.ts";
import { readConversationViews } from "../src/mongo/conversations/conversation-views.ts";
import { openShownMembers } from "../src/mongo/conversations/shown-members.ts";
import type { ConversationDocument } from "../src/mongo/documents.ts";
import { type EntryDocument, entryKey } from "../src/mongo/entry-documents.ts";
import { send, seqsOf } from "./log.ts";
import { newMessage, newUsers, upTo } from "./make.ts";
import { newDatabase, type TestDatabase } from "./mongo-database.ts";
import { examinedBy, profileOf } from "./profile.ts";
import { withDatabase } from "./with-database.ts";

const timeout = 60_000;

describe.each(inject("mongoDeployments"))("many conversations on MongoDB $name", ({ uri }) => {
  it("are read by few commands, of which few are under way at once", { timeout }, async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const ids = upTo(1_000).map((n) => `room-${n}`);
    await insert(database, { ids, messages: 12, contentLength: 20 });
    const profiles = await profileOf(database.db, () => store.conversations.get(ids, 10));
    expect(profiles.length).toBeGreaterThan(0);
    expect(profiles.length).toBeLessThanOrEqual(50);

    const connection = createConnection(
      `${withDatabase(uri, database.db.databaseName)}${uri.includes("?") ? "&" : "?"}monitorCommands=true`,
    );
    await using client = connection.client;
    const documents = await connection.conversations.find().toArray();
    const commands = watchCommands(client);
    const parts = { connection, kept: keepNothing(), readMembers: openShownMembers(connection) };
    const read = await readConversationViews(parts, documents, { newest: 10, members: 1_000 });
    expect(read.map(({ id }) => id)).toEqual(documents.map(({ _id }) => _id));
    for (const { messages } of read) expect(seqsOf(messages)).toEqual(upTo(12).slice(2));
    expect(commands.started.length).toBeGreaterThan(0);
    expect(commands.started.length).toBeLessThanOrEqual(40);
    expect(commands.atOnceMost).toBeLessThanOrEqual(4);
    for (const { commandName, command } of commands.started) {
      if (commandName === "getMore") continue;
      expect(command).toMatchObject({
        readConcern: { level: "majority" },
        maxTimeMS: expect.any(Number),
        cursor: { batchSize: expect.any(Number) },
      });
    }
  });

  it("are read in proportion to what they show, however long their logs are", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const ids = upTo(30).map((n) => `room-${n}`);
    await insert(database, { ids, messages: 200, contentLength: 20 });
    for (const id of ids) await store.members.join({ conversation_id: id, user_id: "ann" });
    const large = { id: "large", user_ids: newUsers(1_000) };
    await store.conversations.create(large);
    await store.members.join({ conversation_id: "large", user_id: "late" });
    const profiles = await profileOf(database.db, async () => {
      const [first, ...others] = await store.conversations.get(["large", ...ids], 5);
      expect(first).toMatchObject({ user_ids: large.user_ids, member_count: 1_001 });
      for (const { messages } of others) expect(seqsOf(messages)).toEqual(upTo(200).slice(-5));
    });
    for (const { planSummary } of profiles) expect(planSummary).toMatch(/IXSCAN|DISTINCT_SCAN/);
    const { keys, documents } = examinedBy(profiles);
    // The 31 conversations by every command; of the large one 1,000 members that are shown, and 1,001 that are counted.
    expect(keys).toBeLessThan(30 * (5 + 1) + 2_001 + 10 * 31);
    // The documents of the conversations, their heads, since somebody has just joined, and the messages; of members the keys say all.
    expect(documents).toBeLessThanOrEqual(31 + 31 + 30 * 5);
  });

  it("are read though what they have is larger than a document may be", { timeout }, async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const ids = upTo(300).map((n) => `room-${n}`);
    const long = { messages: 270, contentLength: 16_384, character: "😀" };
    await insert(database, { ids: ["room-1", "room-2"], ...long });
    await insert(database, { ids: ids.slice(2), messages: 1, contentLength: 20 });
    for (const shown of [ids.slice(0, 1), ids.slice(0, 2), ids]) {
      const rooms = await store.conversations.get(shown, 300);
      // An emoji is two units: 32 of these messages are 1 MiB.
      expect(rooms.map(({ messages }) => seqsOf(messages))).toEqual([upTo(270).slice(-32)]);
    }
    const rest = await store.conversations.get(ids.slice(2), 300);
    expect(rest).toHaveLength(298);
  });

  it("are read together by calls at the same time, each as it is when the call begins", async () => {
    await using database = newDatabase(uri);
    const [store, other] = [await database.open(), await database.open()];
    const ids = upTo(10).map((n) => `room-${n}`);
    await insert(database, { ids, messages: 3, contentLength: 20 });
    await store.members.join({ conversation_id: "room-1", user_id: "ann" });
    const read = async (id: string) => (await store.conversations.get([id, "none"], 2))[0];
    const profiles = await profileOf(database.db, async () => {
      const rooms = await Promise.all([...ids, ...ids].map(read));
      expect(rooms.map((room) => room?.id)).toEqual([...ids, ...ids]);
      for (const { messages = [] } of rooms.flatMap((room) => room ?? [])) {
        expect(seqsOf(messages)).toEqual([2, 3]);
      }
    });
    const commands = profiles.filter(({ ns }) => ns.endsWith("chat_conversations"));
    // The documents, and the members; the messages are read by each call.
    const shared = commands.filter(({ command }) => !JSON.stringify(command).includes("message"));
    expect(shared.length).toBeLessThanOrEqual(4);
    for (const n of upTo(20)) {
      const before = [read("room-1"), read("room-2")];
      const { message } = await send(other, newMessage({ conversation_id: "room-1" }));
      await other.members.join({ conversation_id: "room-1", user_id: `user-${n}` });
      const room = await read("room-1");
      expect(room).toMatchObject({ last_seq: message.seq, last_activity_at: message.timestamp });
      expect(room?.user_ids).toContain(`user-${n}`);
      await Promise.all(before);
    }
  });
});

interface Rooms {
  ids: readonly string[];
  /** How many in each. */
  messages: number;
  contentLength: number;
  character?: string;
}

/** Inserts quiet conversations behind the store's back. */
async function insert(
  { db }: TestDatabase,
  { ids, messages, contentLength, character = "x" }: Rooms,
): Promise<void> {
  const timestamp = new Date();
  const quiet = { created_at: timestamp, last_seq: messages, last_activity_at: timestamp };
  await db
    .collection<ConversationDocument>("chat_conversations")
    .insertMany(ids.map((_id) => ({ _id, ...quiet })));
  const content = character.repeat(contentLength);
  const documents = ids.flatMap((id): EntryDocument[] => {
    const stream = `c:${id}` as const;
    return upTo(messages).map((seq) => {
      const body = { user_id: "ann", content, timestamp };
      return { _id: entryKey(stream, `message-${seq}`), stream, seq, ...body };
    });
  });
  await db.collection<EntryDocument>("chat_messages").insertMany(documents);
}

/** Watches which commands a client starts, and how many are under way at once. */
function watchCommands(client: MongoClient) {
  const started: CommandStartedEvent[] = [];
  const underWay = new Set<number>();
  const commands = { started, atOnceMost: 0 };
  client.on("commandStarted", (event) => {
    started.push(event);
    underWay.add(event.requestId);
    commands.atOnceMost = Math.max(commands.atOnceMost, underWay.size);
  });
  const end = ({ requestId }: { requestId: number }) => void underWay.delete(requestId);
  client.on("commandSucceeded", end).on("commandFailed", end);
  return commands;
}

function keepNothing(): KeptReads<Message[]> {
  return new KeptReads({
    watch: () => () => {},
    watchState: () => "live",
    sizeOf: () => 1,
    sizeMax: 0,
  });
}
