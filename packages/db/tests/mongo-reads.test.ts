import type { Document, Timestamp } from "mongodb";
import { describe, expect, inject, it } from "vitest";
import type { ChatStore } from "../src/index.ts";
import { CausalReads } from "../src/mongo/connection/causal-reads.ts";
import { type Connection, createConnection } from "../src/mongo/connection/connection.ts";
import { readLogHeads } from "../src/mongo/log/heads.ts";
import { openMessages } from "../src/mongo/messages/messages.ts";
import { readMessagePage } from "../src/mongo/messages/pages.ts";
import { appendAll, seqsOf } from "./log.ts";
import { newMessage, newMessages, upTo } from "./make.ts";
import { newDatabase, type TestDatabase } from "./mongo-database.ts";
import { profileOf } from "./profile.ts";
import { withDatabase } from "./with-database.ts";

const deployments = inject("mongoDeployments");
const replicaSets = deployments.filter(({ name }) => name !== "standalone");

/** Opens a connection of its own, whose commands can be listened to. */
function connect(uri: string, { db }: TestDatabase): Connection {
  const own = withDatabase(uri, db.databaseName);
  return createConnection(`${own}${uri.includes("?") ? "&" : "?"}monitorCommands=true`);
}

const deletion = {
  kind: "deletion",
  id: "deletion-1",
  user_id: "alice",
  conversation_id: "room",
} as const;

function say(store: ChatStore, count: number) {
  return appendAll(store, newMessages(count, { conversation_id: "room" }));
}

describe.each(deployments)("reads on MongoDB $name", ({ uri }) => {
  it("of heads at the same time share a few commands", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    const rooms = upTo(200).map((n) => `room-${n}`);
    await appendAll(
      store,
      rooms.map((conversation_id) => newMessage({ conversation_id })),
    );
    const profiles = await profileOf(database.db, async () => {
      const heads = await Promise.all(rooms.map((room) => store.log.heads([`c:${room}`])));
      for (const [index, head] of heads.entries()) {
        expect([...head]).toEqual([[`c:room-${index + 1}`, { seq: 1, count: 1, said_seq: 1 }]]);
      }
    });
    expect(profiles.length).toBeGreaterThan(0);
    expect(profiles.length).toBeLessThan(5);
  });

  it("are tried once more when the primary is lost, and fail when it stays lost", async () => {
    await using database = newDatabase(uri);
    const store = await database.open("reader");
    await say(store, 3);
    const read = () => store.messages.page("c:room", { limit: 5, from: "newest" });
    const lost = { failCommands: ["find"], errorCode: 189, appName: "reader" };
    try {
      await database.failCommand({ times: 1 }, lost);
      expect(seqsOf(await read())).toEqual([1, 2, 3]);
      await database.failCommand("alwaysOn", lost);
      await expect(read()).rejects.toMatchObject({ code: "unavailable" });
    } finally {
      await database.failCommand("off", lost);
    }
  });

  it("of messages of the greatest length fit into one reply", { timeout: 60_000 }, async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    // Four bytes each, in two UTF-16 units.
    const content = "😀".repeat(16_384);
    const metadata = { of: "x".repeat(8_000) };
    const user_id = "😀".repeat(128);
    const conversation_id = "😀".repeat(128);
    await appendAll(
      store,
      upTo(210).map(() => newMessage({ content, metadata, user_id, conversation_id })),
    );
    const connection = connect(uri, database);
    await using _client = connection.client;
    await using reads = new CausalReads(connection);
    const query = { stream: `c:${conversation_id}`, limit: 200, from: "oldest" } as const;
    const documents = await readMessagePage(connection, query, reads);
    expect(documents.map(({ seq }) => seq)).toEqual(upTo(200));
  });

  it("show a message that is erased between two of them once", async () => {
    await using database = newDatabase(uri);
    const store = await database.open();
    await say(store, 4);
    const connection = connect(uri, database);
    await using _client = connection.client;
    class ErasedBetween extends CausalReads {
      override async rows<TRow>(command: Document): Promise<TRow[]> {
        const rows = await super.rows<TRow>(command);
        await store.log.append({ ...deletion, target_seq: 3 });
        return rows;
      }
    }
    await using reads = new ErasedBetween(connection);
    const query = { stream: "c:room", limit: 3, from: "newest", deleted: true } as const;
    const documents = await readMessagePage(connection, query, reads);
    expect(documents.map(({ seq }) => seq)).toEqual([2, 3, 4]);
  });
});

describe.each(replicaSets)("pages on MongoDB $name", ({ uri }) => {
  it("are as new as every head that was read before, though another server answers", async () => {
    await using database = newDatabase(uri);
    await say(await database.open(), 3);
    const connection = connect(uri, database);
    await using client = connection.client;
    const concerns: Document[] = [];
    client.on("commandStarted", ({ commandName, command }) => {
      if (commandName === "find") concerns.push(command["readConcern"]);
    });
    const messages = openMessages(connection);
    await messages.page("c:room", { limit: 2, from: "newest" });
    await readLogHeads(connection, ["c:room"]);
    const head: Timestamp | undefined = connection.horizon.time;
    await messages.page("c:room", { limit: 2, from: "newest" });
    await messages.get("c:room", 2);
    expect(head).toBeDefined();
    expect(concerns).toEqual([
      { level: "majority" },
      { level: "majority", afterClusterTime: head },
      { level: "majority", afterClusterTime: head },
    ]);
  });
});
