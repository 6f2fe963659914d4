// Measures what the collections and indexes weigh, and what reading from a cold cache costs, with real messages that went
// through the real store. Usage: npx node bench/scaling/sizes.ts [--copies 16] [--named]
import { randomUUIDv7 } from "node:crypto";
import { parseArgs } from "node:util";
import { type ChatStore, openMongoStore } from "@chatnest/db";
import { serverStatus, startMongod } from "./mongod.ts";
import { createRandom } from "./random.ts";
import { readRealMessages, sendAll } from "./real-data.ts";

const { values } = parseArgs({
  options: {
    copies: { type: "string", default: "16" },
    named: { type: "boolean", default: false },
  },
});
const coldReads = 5;
const pageSize = 50;
const conversationsMade = 30_000;
const inFlight = 960;

await using mongod = await startMongod();
const { db } = mongod.connection;
const messages = await readRealMessages({ copies: Number(values.copies), isNamed: values.named });
const conversations = [...new Set(messages.map(({ conversation_id }) => conversation_id ?? ""))];
createRandom(2).shuffle(conversations);

await load();
await printSizes("chat_messages");
await printColdReads();
await printWholeCache();
await loadConversations();
for (const name of ["chat_conversations", "chat_members"]) await printSizes(name);

async function load(): Promise<void> {
  await using store = await openStore();
  // Not the store's own: what a hashed shard key would cost.
  await db.collection("chat_messages").createIndex({ stream: "hashed" }, { name: "stream_hashed" });
  const before = await oplogBytes();
  const seconds = await sendAll(store, messages, inFlight);
  const rate = Math.round(messages.length / seconds);
  console.log(`${messages.length} messages in ${conversations.length} conversations, ${rate}/s`);
  const each = ((await oplogBytes()) - before) / messages.length;
  console.log(`\noplog, uncompressed; MB per million messages: ${each.toFixed(1)}`);
}

/** Begins conversations with one message each. */
async function loadConversations(): Promise<void> {
  await using store = await openStore();
  const first = messages.slice(0, conversationsMade).map((message) => ({
    ...message,
    conversation_id: randomUUIDv7(),
  }));
  await sendAll(store, first, inFlight);
}

async function printSizes(collection: string): Promise<void> {
  // A checkpoint writes down what is only in the cache.
  await mongod.restart();
  const stats = await db.command({ collStats: collection, indexDetails: true });
  const perMillion = (bytes: number) => bytes / stats["count"];
  console.log(`\n${collection}: ${stats["count"]}; MB per million:`);
  console.log(`  documents, uncompressed  ${perMillion(stats["size"]).toFixed(1)}`);
  const onDisk = stats["storageSize"] - stats["freeStorageSize"];
  console.log(`  documents, on disk       ${perMillion(onDisk).toFixed(1)}`);
  for (const [name, size] of Object.entries<number>(stats["indexSizes"])) {
    const free = stats["indexDetails"][name]["block-manager"]["file bytes available for reuse"];
    console.log(`  index ${name.padEnd(19)}${perMillion(size - free).toFixed(1)}`);
  }
}

/** Reads a page of one conversation at a time, each time with an empty cache. */
async function printColdReads(): Promise<void> {
  let pagesRead = 0;
  let diskBytesRead = 0;
  for (const id of conversations.slice(0, coldReads)) {
    await mongod.restart();
    await using store = await openStore();
    // What is read once in any case.
    await store.messages.page("c:nobody", { limit: 1, from: "newest" });
    const before = await serverStatus(mongod);
    await store.messages.page(`c:${id}`, { limit: pageSize, from: "newest" });
    const after = await serverStatus(mongod);
    pagesRead += (after.pagesRead - before.pagesRead) / coldReads;
    diskBytesRead += (after.diskBytesRead - before.diskBytesRead) / coldReads;
  }
  const kilobytes = (diskBytesRead / 1e3).toFixed(0);
  console.log(`\nthe newest ${pageSize} of a conversation from an empty cache:`);
  console.log(`  ${pagesRead.toFixed(0)} pages of WiredTiger, ${kilobytes} kB from disk`);
}

/** Reads everything, one part after the other, and says what it takes in the cache. */
async function printWholeCache(): Promise<void> {
  await mongod.restart();
  const { messages: log } = mongod.connection;
  const parts: [name: string, read: () => Promise<unknown>][] = [
    ["documents", () => log.countDocuments({ content: "" })],
    ["stream_seq", () => log.countDocuments({ seq: -1 }, { hint: "stream_seq" })],
    ["_id_", () => log.countDocuments({ _id: /none/ }, { hint: "_id_" })],
  ];
  console.log("\nin the cache, MB per million messages:");
  let before = await serverStatus(mongod);
  for (const [name, read] of parts) {
    await read();
    const after = await serverStatus(mongod);
    const bytes = (after.cacheBytes - before.cacheBytes) / messages.length;
    console.log(`  ${name.padEnd(25)}${bytes.toFixed(1)}`);
    before = after;
  }
}

async function oplogBytes(): Promise<number> {
  const oplog = mongod.connection.client.db("local");
  return (await oplog.command({ collStats: "oplog.rs" }))["size"];
}

async function openStore(): Promise<ChatStore & AsyncDisposable> {
  const store = openMongoStore({ uri: mongod.uri });
  await store.ready;
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
