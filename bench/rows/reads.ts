import { join } from "node:path";
import { type ChatStore, openMongoStore, openSqliteStore } from "@chatnest/db";
import { alternate } from "../alternate.ts";
import { fillInboxes, userIn } from "../fill/inboxes.ts";
import { settleMongo, settleSqlite } from "../fill/settle.ts";
import { fillConversations } from "../fill/store.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { marking, measureLoad, reading, sending } from "../load/load.ts";
import { mongoUri } from "../peers/mongo.ts";
import { startChatNest } from "../processes/chatnest.ts";
import type { MeasuredServer } from "../processes/server.ts";
import type { Measured, Row } from "../row.ts";

const [few, many] = [20, 20_000];
const [pair, crowd] = [2, 100_000];
const page = "inbox of 20 with 1 message each";
/** As many conversations as can be small ones of many members, so that marks are of new members for most of the time. */
const marked = { conversations: 640, members: 90 };
const isExtra = true;

export const readRows: readonly Row[] = [
  {
    name: "reads-mark-embedded",
    title: "mark as read, embedded, 64 at once",
    unit: "/s",
    peer: "sends",
    bar: { ratio: { least: 0.8 } },
    isExtra,
    measure: measureMarksEmbedded,
  },
  {
    name: "reads-mark-mongo",
    title: "mark as read, three-member MongoDB, 64 at once",
    unit: "/s",
    peer: "sends",
    bar: { ratio: { least: 0.8 } },
    isExtra,
    measure: measureMarksMongo,
  },
  {
    name: "reads-totals",
    title: "totals of a user in 20,000 conversations, all unread, embedded",
    unit: "/s",
    peer: "user in 20",
    bar: { cpuUs: { most: 3_000 } },
    isExtra,
    measure: async (kit) => (await kit.get(measureEmbedded)).totals,
  },
  {
    name: "reads-inbox",
    title: `${page}, user in 20,000, embedded`,
    unit: "/s",
    peer: "user in 20",
    bar: { cpuRatio: { most: 1.5 } },
    isExtra,
    measure: async (kit) => (await kit.get(measureEmbedded)).page,
  },
  {
    name: "reads-totals-mongo",
    title: "totals of a user in 20,000 conversations, all unread, three-member MongoDB",
    unit: "/s",
    peer: "user in 20",
    bar: {},
    isExtra,
    measure: async (kit) => (await kit.get(measureMongo)).totals,
  },
  {
    name: "reads-inbox-mongo",
    title: `${page}, user in 20,000, three-member MongoDB`,
    unit: "/s",
    peer: "user in 20",
    bar: { cpuRatio: { most: 1.5 } },
    isExtra,
    measure: async (kit) => (await kit.get(measureMongo)).page,
  },
  {
    name: "reads-members",
    title: "send to a conversation of 100,000 members, embedded, 64 at once",
    unit: "/s",
    peer: "of 2",
    bar: { ratio: { least: 0.9 } },
    isExtra,
    measure: measureMembers,
  },
];

async function measureMarksEmbedded(kit: Kit): Promise<Measured> {
  await using folder = await makeFolder();
  const store = openSqliteStore(join(folder.path, "chatnest.db"));
  await fillMarked(store);
  await store.close();
  await using server = await startChatNest({ CHATNEST_DATA: folder.path });
  return await measureMarks(kit, server);
}

async function measureMarksMongo(kit: Kit): Promise<Measured> {
  const uri = await mongoUri(kit, "marks");
  const store = openMongoStore({ uri });
  await store.ready;
  await fillMarked(store);
  await store.close();
  await using server = await startChatNest({ MONGODB_URI: uri });
  return await measureMarks(kit, server);
}

async function fillMarked(store: ChatStore): Promise<void> {
  const { conversations, members } = marked;
  const user_ids = Array.from({ length: members }, (_, n) => `reader-${n}`);
  const all = Array.from({ length: conversations }, (_, n) => {
    return { id: `read-${n}`, user_ids, length: 60 };
  });
  await fillConversations(store, all);
}

function measureMarks(kit: Kit, server: MeasuredServer): Promise<Measured> {
  const marks = marking({ ...marked, from: 50, stride: 50_000 });
  return alternate({
    ours: () => measureLoad(kit, server, marks),
    peer: () => measureLoad(kit, server, sending()),
  });
}

async function measureEmbedded(kit: Kit) {
  await using folder = await makeFolder();
  const file = join(folder.path, "chatnest.db");
  const store = openSqliteStore(file);
  await fillInboxes(store, [few, many]);
  await store.close();
  await settleSqlite(file);
  return await measureInboxes(kit, { CHATNEST_DATA: folder.path });
}

async function measureMongo(kit: Kit) {
  const uri = await mongoUri(kit, "read-inboxes");
  const store = openMongoStore({ uri });
  await store.ready;
  await fillInboxes(store, [few, many]);
  await store.close();
  await settleMongo(uri);
  return await measureInboxes(kit, { MONGODB_URI: uri });
}

async function measureInboxes(
  kit: Kit,
  env: Record<string, string>,
): Promise<Record<"totals" | "page", Measured>> {
  await using server = await startChatNest(env);
  const ask = async (path: (count: number) => string): Promise<Measured> => {
    const [ours, peer] = [await reading(kit, [path(many)]), await reading(kit, [path(few)])];
    return await alternate({
      ours: () => measureLoad(kit, server, { ...ours, connections: 8 }),
      peer: () => measureLoad(kit, server, { ...peer, connections: 8 }),
    });
  };
  return {
    totals: await ask((count) => `/users/${userIn(count)}/unread`),
    page: await ask((count) => `/conversations/${userIn(count)}?limit=20&messages=1`),
  };
}

async function measureMembers(kit: Kit): Promise<Measured> {
  await using folder = await makeFolder();
  const store = openSqliteStore(join(folder.path, "chatnest.db"));
  for (const count of [pair, crowd]) {
    const id = `of-${count}-0`;
    await store.conversations.create({ id, user_ids: ["member-0"] });
    const rest = Array.from({ length: count - 1 }, (_, n) => `member-${n + 1}`);
    await Promise.all(rest.map((user_id) => store.members.join({ conversation_id: id, user_id })));
  }
  await store.close();
  await using server = await startChatNest({ CHATNEST_DATA: folder.path });
  const sendingTo = (count: number) => sending({ conversations: 1, name: `of-${count}-%d` });
  return await alternate({
    ours: () => measureLoad(kit, server, sendingTo(crowd)),
    peer: () => measureLoad(kit, server, sendingTo(pair)),
  });
}
