// Counts what MongoDB's router asks of two shards for what the store asks of it, and compares ways to ask.
// Usage: npx node bench/scaling/routing.ts
import { randomUUIDv7 } from "node:crypto";
import { conversationStream, openMongoStore, type Stream } from "@chatnest/db";
import { createConnection } from "@chatnest/db/internals/mongo/connection/connection.ts";
import { entryKey } from "@chatnest/db/internals/mongo/entry-documents.ts";
import { readLogHeads } from "@chatnest/db/internals/mongo/log/heads.ts";
import { startCluster } from "./cluster.ts";
import type { Mongod } from "./mongod.ts";
import { readRealMessages, sendAll } from "./real-data.ts";

const groupSize = 240;
const rounds = 5;
const otherWay = "chat_members_by_conversation";
// Above all that the store gives.
let seq = 1_000_000;

await using cluster = await startCluster();
const messages = (await readRealMessages({ copies: 5 })).slice(0, 60_000);
const conversations = [...new Set(messages.map(({ conversation_id }) => conversation_id ?? ""))];
conversations.sort();
const streams = conversations.map(conversationStream);
const middle = Math.floor(streams.length / 2);
const user = messages[0]?.user_id ?? "";

await prepare();
await using router = await cluster.openRouter();
const { client, db, messages: log, ...others } = createConnection(router.uri);
const connection = { client, db, messages: log, ...others };
await printReads();
await printHeads();
await printGroups();
await printRates();
await client.close();

/** Fills the first shard, then moves half of it to the second. */
async function prepare(): Promise<void> {
  const store = openMongoStore({ uri: cluster.first.uri });
  await store.ready;
  await sendAll(store, messages, 480);
  await store.close();
  // The same memberships, to be sharded the other way.
  const { members, db: unsharded } = cluster.first.connection;
  await members.aggregate([{ $out: otherWay }]).toArray();
  const ofConversation = { conversation_id: 1, joined: 1, user_id: 1 } as const;
  await unsharded.createIndex(otherWay, ofConversation);
  await cluster.addShards();
  await cluster.configure({ rangeMegabytes: 128 });
  await cluster.shardCollection("chat_messages", { stream: 1 });
  await cluster.splitAt("chat_messages", { stream: streams[middle] });
  await cluster.shardCollection("chat_conversations", { _id: 1 });
  await cluster.splitAt("chat_conversations", { _id: conversations[middle] });
  await cluster.shardCollection("chat_members", { _id: 1 });
  await cluster.splitAt("chat_members", { _id: user });
  await cluster.shardCollection(otherWay, { conversation_id: 1 });
  await cluster.splitAt(otherWay, { conversation_id: conversations[middle] });
  for (const name of ["chat_messages", "chat_conversations", "chat_members", otherWay]) {
    const range = (await cluster.ranges(name)).at(-1);
    if (range) await cluster.moveRange(name, range, { to: cluster.second.name });
  }
  console.log(
    `${messages.length} messages, ${streams.length} conversations, half on each of two shards`,
  );
}

async function printReads(): Promise<void> {
  const store = openMongoStore({ uri: router.uri });
  await store.ready;
  const [stream] = streams;
  const [id] = conversations;
  const [newest] = await store.messages.page(stream ?? "c:", { limit: 1, from: "newest" });
  if (!id || !stream || !newest) throw new Error("there is nothing to read");
  const key = entryKey(stream, newest.id);
  console.log(
    "\nwhat is asked                                      commands to shards  index keys read",
  );
  await count("the newest 50 of a conversation", () =>
    store.messages.page(stream, { limit: 50, from: "newest" }),
  );
  await count("a message by its position", () => store.messages.get(stream, 1));
  await count("a message by _id", () => log.findOne({ _id: key }));
  await count("a message by _id and stream", () => log.findOne({ _id: key, stream }));
  await count("the head of a conversation", () => readLogHeads(connection, [stream]));
  await count("the heads of all conversations", () => readLogHeads(connection, streams));
  await count("the same, by $lookup", () => lookUpHeads(streams));
  const ofUser = { _id: { $gte: `${user}\n`, $lt: `${user}\v` } };
  for (const name of ["chat_members", otherWay]) {
    const members = db.collection<{ _id: string }>(name);
    const key = name === otherWay ? "{conversation_id: 1}" : "{_id: 1}";
    await count(`members of a conversation, ${key}`, () =>
      members.find({ conversation_id: id }).sort({ joined: 1, user_id: 1 }).toArray(),
    );
    await count(`conversations of a user, ${key}`, () => members.find(ofUser).toArray());
  }
  await count("conversations to settle", () =>
    others.conversations.find({ active_until: { $lt: new Date(0) } }).toArray(),
  );
  await store.close();
}

async function printHeads(): Promise<void> {
  const onOne = streams.slice(0, 100);
  const onTwo = streams.slice(middle - 50, middle + 50);
  console.log("\nheads of 100 conversations                         ms");
  await time("on one shard", () => readLogHeads(connection, onOne));
  await time("on two shards", () => readLogHeads(connection, onTwo));
  await time("on two shards, one command a shard", () =>
    Promise.all(
      [onTwo.slice(0, 50), onTwo.slice(50)].map((some) => readLogHeads(connection, some)),
    ),
  );
  await time("on two shards, by $lookup", () => lookUpHeads(onTwo));
}

/** Inserts groups of messages in different orders. */
async function printGroups(): Promise<void> {
  const low = streams.slice(middle - groupSize / 2, middle);
  const high = streams.slice(middle, middle + groupSize / 2);
  const mixed = low.flatMap((stream, index) => [stream, high[index] ?? stream]);
  const toOne = [...low, ...low];
  console.log(`\na group of ${groupSize}, ordered                              ms`);
  await time("all on one shard", () => insert(toOne));
  await time("on two shards, mixed", () => insert(mixed));
  await time("on two shards, sorted by stream", () => insert(mixed.toSorted()));
  await time("on two shards, one command a shard", () => Promise.all([low, high].map(insert)));
  await time("one command a conversation", () =>
    Promise.all(mixed.map((stream) => insert([stream]))),
  );
}

async function printRates(): Promise<void> {
  const some = messages.slice(0, 6_000);
  console.log("\nthe store, 480 in flight                           messages/s");
  for (const [name, of] of [
    ["conversations of one shard", some.map((message) => ({ ...message, ...at(message, middle) }))],
    ["conversations of both shards", some],
  ] as const) {
    const store = openMongoStore({ uri: router.uri });
    await store.ready;
    const rate = some.length / (await sendAll(store, of, 480));
    console.log(`${name.padEnd(51)}${rate.toFixed(0)}`);
    await store.close();
  }
}

function at({ conversation_id }: { conversation_id: string | null }, below: number) {
  const index = conversations.indexOf(conversation_id ?? "");
  return { conversation_id: conversations[index % below] ?? null };
}

/** Reads heads as the store does where it knows that it speaks to a router: one seek a conversation, whatever shards they are on. */
async function lookUpHeads(of: readonly Stream[]): Promise<unknown> {
  return readLogHeads({ ...connection, isRouted: () => Promise.resolve(true) }, of);
}

async function insert(of: readonly Stream[]): Promise<void> {
  const documents = of.map((stream) => {
    seq += 1;
    const body = { user_id: "ann", content: "x".repeat(80), timestamp: new Date() };
    return { _id: entryKey(stream, randomUUIDv7()), stream, seq, ...body };
  });
  const writeConcern = { w: "majority", j: true };
  await db.command({ insert: log.collectionName, documents, ordered: true, writeConcern });
}

async function time(name: string, act: () => Promise<unknown>): Promise<void> {
  await act();
  const start = performance.now();
  for (let round = 0; round < rounds; round++) await act();
  const ms = (performance.now() - start) / rounds;
  console.log(`${name.padEnd(51)}${ms.toFixed(1)}`);
}

/** Says what the shards were asked, by their profilers: the fullest of three looks, since they miss a command at times. */
async function count(name: string, act: () => Promise<unknown>): Promise<void> {
  await act();
  const shards = [cluster.first, cluster.second];
  const looks: { keysExamined?: number }[][][] = [];
  for (let look = 0; look < 3; look++) {
    for (const { connection: shard } of shards) await shard.db.command({ profile: 2 });
    await act();
    looks.push(await Promise.all(shards.map(askedOf)));
  }
  const [asked = []] = looks.sort((a, b) => b.flat().length - a.flat().length);
  const commands = asked.map((entries) => entries.length).join(" + ");
  const keys = asked.flat().reduce((sum, { keysExamined = 0 }) => sum + keysExamined, 0);
  console.log(`${name.padEnd(51)}${commands.padEnd(20)}${keys}`);
}

async function askedOf({ connection: shard }: Mongod): Promise<{ keysExamined?: number }[]> {
  await shard.db.command({ profile: 0 });
  const profile = shard.db.collection<{ keysExamined?: number }>("system.profile");
  // Not what the first shard was asked as the router.
  const entries = await profile
    .find({ ns: /chat_/, "command.clusterFind": null, "command.clusterAggregate": null })
    .toArray();
  await profile.drop();
  return entries;
}
