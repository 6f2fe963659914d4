// Tries what the page says about shard keys on two real shards. Usage: npx node bench/scaling/sharding.ts
import { randomUUID } from "node:crypto";
import { type ChatStore, isStoreError, openMongoStore, readHead } from "@chatnest/db";
import { createConnection } from "@chatnest/db/internals/mongo/connection/connection.ts";
import { append } from "@chatnest/tests/support/append.ts";
import { startCluster } from "./cluster.ts";
import { readRealMessages, sendAll } from "./real-data.ts";

const rangeMegabytes = 1;
const sentByTwo = 4_000;
// Of the size of the real ones, so that the range of one conversation has a known size.
const content = "x".repeat(100);

await using cluster = await startCluster();
const { first, second } = cluster;
const messages = (await readRealMessages()).slice(0, 20_000);
const conversations = [...new Set(messages.map(({ conversation_id }) => conversation_id ?? ""))];
conversations.sort();

{
  await using store = await openStore(first.uri);
  await sendAll(store, messages, 480);
}
await cluster.addShards();
await cluster.configure({ rangeMegabytes });
console.log(`${messages.length} messages were on the first shard before there was a cluster\n`);

await printRefusals();
await shardAll();
await moveHalf();
await useStore();
await printUpserts();
await moveGiant();

async function printRefusals(): Promise<void> {
  const { db } = first.connection;
  const other = db.collection("other");
  await other.insertOne({ stream: "c:1", seq: 1 });
  await other.createIndex({ stream: 1, seq: 1 }, { unique: true });
  await tell("{stream: 1} beside unique (stream, seq) and unique (seq)", async () => {
    await other.createIndex({ seq: 1 }, { unique: true, name: "seq" });
    await cluster.shardCollection("other", { stream: 1 });
  });
  await other.dropIndex("seq");
  await tell('{stream: "hashed"} without an index for it', () =>
    cluster.shardCollection("other", { stream: "hashed" }),
  );
  await tell("a unique hashed index", () =>
    other.createIndex({ stream: "hashed" }, { unique: true }),
  );
  await other.createIndex({ stream: "hashed" });
  await tell('{stream: "hashed"} beside unique (stream, seq), with an index for it', () =>
    cluster.shardCollection("other", { stream: "hashed" }),
  );
}

async function shardAll(): Promise<void> {
  for (const [name, key] of [
    ["chat_messages", { stream: 1 }],
    ["chat_conversations", { _id: 1 }],
    ["chat_members", { conversation_id: 1 }],
  ] as const) {
    await tell(`${name} ${JSON.stringify(key)}`, () => cluster.shardCollection(name, key));
  }
}

/** Lets the balancer move the upper half of the conversations to the second shard. */
async function moveHalf(): Promise<void> {
  const stream = `c:${conversations[Math.floor(conversations.length / 2)]}`;
  await tell("zones: the balancer moves one half to the second shard", () =>
    cluster.keepApart("chat_messages", { stream }),
  );
  const shards = (await cluster.ranges("chat_messages")).map(({ shard }) => shard);
  console.log(`  ranges, in order, are on: ${shards.join(", ")}`);
}

/** Lets two processes use the store through the router, and looks for what the promises exclude. */
async function useStore(): Promise<void> {
  await using router = await cluster.openRouter();
  await using one = await openStore(router.uri);
  await using two = await openStore(router.uri);
  await tell(
    `two processes send ${sentByTwo} more: every one stored once, without a hole`,
    async () => {
      const half = sentByTwo / 2;
      await Promise.all([
        sendAll(one, messages.slice(0, half), 100),
        sendAll(two, messages.slice(half, sentByTwo), 100),
      ]);
      let stored = 0;
      for (const id of conversations) {
        const seqs: number[] = [];
        for (;;) {
          const range = { after: seqs.length, limit: 1_000, from: "oldest" } as const;
          const page = await two.messages.page(`c:${id}`, range);
          if (page.length === 0) break;
          seqs.push(...page.map(({ seq }) => seq));
        }
        expect(
          seqs.every((seq, index) => seq === index + 1),
          `${id} has a hole`,
        );
        stored += seqs.length;
      }
      expect(stored === messages.length + sentByTwo, `${stored} messages are stored`);
    },
  );
  await tell(
    "a repeat is the stored message, another body under its id is refused, on each shard",
    async () => {
      for (const conversation_id of [conversations.at(0), conversations.at(-1)]) {
        const message = {
          id: randomUUID(),
          user_id: "ann",
          content,
          conversation_id: conversation_id ?? "",
        };
        const { entry: stored } = await append(one, message);
        const again = await append(two, message);
        expect(!again.created && again.entry.seq === stored.seq, "a repeat was stored");
        const refused = await append(two, { ...message, content: "other" }).catch((error) => error);
        expect(isStoreError(refused, "conflict"), "another body was stored");
      }
    },
  );
}

/** Shows what an upsert must name when members are sharded by their conversation. */
async function printUpserts(): Promise<void> {
  await using router = await cluster.openRouter();
  const { client, db } = createConnection(router.uri);
  await first.connection.db.createIndex("by_conversation", { conversation_id: 1 });
  await cluster.shardCollection("by_conversation", { conversation_id: 1 });
  const collection = db.collection<{ _id: string }>("by_conversation");
  const update = { $setOnInsert: { joined: 1 } };
  const _id = "ann\ntea";
  await tell("{conversation_id: 1} and an upsert by _id alone", () =>
    collection.updateOne({ _id }, update, { upsert: true }),
  );
  await tell("{conversation_id: 1} and an upsert by _id and conversation_id", () =>
    collection.updateOne({ _id, conversation_id: "tea" }, update, { upsert: true }),
  );
  await client.close();
}

/** Lets one conversation outgrow the range size, then moves it all the same, while somebody writes to it. */
async function moveGiant(): Promise<void> {
  // One that has not moved yet: a shard takes nothing back before it has deleted what it gave away, 15 minutes later.
  const [id = "", next] = conversations;
  await using router = await cluster.openRouter();
  await using store = await openStore(router.uri);
  const filling = Array.from({ length: 40_000 }, () => ({
    user_id: "ann",
    content,
    conversation_id: id,
  }));
  await sendAll(store, filling, 480);
  for (const edge of [id, next]) await cluster.splitAt("chat_messages", { stream: `c:${edge}` });
  const ranges = await cluster.ranges("chat_messages");
  const range = ranges.find(({ min }) => min["stream"] === `c:${id}`);
  if (!range) throw new Error("there is no range");
  const { splitKeys } = await first.connection.client.db("admin").command({
    splitVector: "chatnest.chat_messages",
    keyPattern: { stream: 1 },
    ...{ min: range.min, max: range.max },
    maxChunkSizeBytes: rangeMegabytes * 2 ** 20,
  });
  const count = await readHead(store.log, `c:${id}`);
  console.log(`one conversation of ${count} messages: ${splitKeys.length} places to split it`);
  await tell(`moving it`, () => cluster.moveRange("chat_messages", range, { to: second.name }));
  let longestMs = 0;
  let isMoving = true;
  const writing = (async () => {
    while (isMoving) {
      const start = performance.now();
      await sendAll(store, filling.slice(0, 1), 1);
      longestMs = Math.max(longestMs, performance.now() - start);
    }
  })();
  await tell("moving it by force", () =>
    cluster.moveRange("chat_messages", range, { to: second.name, isForced: true }),
  );
  isMoving = false;
  await writing;
  console.log(`  meanwhile the longest send to it took ${Math.round(longestMs)} ms`);
}

async function tell(what: string, act: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  try {
    await act();
    console.log(`${what}: done, ${Math.round(performance.now() - start)} ms`);
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error);
    // What caused it stands last, then what it was about.
    const [cause] = reason.split(" :: ").at(-1)?.split("  ns: ") ?? [];
    console.log(`${what}: refused, ${cause}`);
  }
}

function expect(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

async function openStore(uri: string): Promise<ChatStore & AsyncDisposable> {
  const store = openMongoStore({ uri });
  await store.ready;
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
