import { join } from "node:path";
import { type ChatStore, openMongoStore, openSqliteStore } from "@chatnest/db";
import { alternate } from "../alternate.ts";
import { changedRooms, fillChanged, react, send } from "../fill/changed.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { measureLoad, reading } from "../load/load.ts";
import { mongoUri } from "../peers/mongo.ts";
import { startChatNest } from "../processes/chatnest.ts";
import type { Row, Sample } from "../row.ts";

type Store = "embedded" | "mongo";

export const changeRows: readonly Row[] = [
  ...rowsOf("embedded", "embedded", 5_000),
  ...rowsOf("mongo", "three-member MongoDB", 2_000),
];

function rowsOf(store: Store, where: string, leastReactions: number): Row[] {
  const measure = store === "mongo" ? measureMongo : measureEmbedded;
  return [
    {
      name: `changes-${store}-reactions`,
      title: `reactions to 500 messages, ${where}, 256 at once`,
      unit: "/s",
      peer: "sends",
      isExtra: true,
      bar: { value: { least: leastReactions } },
      measure: async (kit) => {
        const { reactions, sends } = await kit.get(measure);
        return { ours: reactions, peer: sends };
      },
    },
    {
      name: `changes-${store}-page`,
      title: `page of 50, all edited and reacted to, ${where}`,
      unit: "/s",
      peer: "without changes",
      isExtra: true,
      bar: { ratio: { least: 0.5 } },
      measure: async (kit) => {
        const { changed, plain } = await kit.get(measure);
        return { ours: changed, peer: plain };
      },
    },
    {
      name: `changes-${store}-hot`,
      title: `page of 50, one with 10,000 reactions, ${where}`,
      unit: "/s",
      peer: "without changes",
      isExtra: true,
      bar: { ratio: { least: 1 / 1.5 } },
      measure: async (kit) => {
        const { hot, plain } = await kit.get(measure);
        return { ours: hot, peer: plain };
      },
    },
  ];
}

async function measureEmbedded(kit: Kit) {
  await using folder = await makeFolder();
  const store = openSqliteStore(join(folder.path, "chatnest.db"));
  return await measure(kit, store, { CHATNEST_DATA: folder.path });
}

async function measureMongo(kit: Kit) {
  const uri = await mongoUri(kit, "changes");
  const store = openMongoStore({ uri });
  await store.ready;
  return await measure(kit, store, { MONGODB_URI: uri });
}

async function measure(kit: Kit, store: ChatStore, env: Record<string, string>) {
  await fillChanged(store);
  const writes = await alternate({
    reactions: () => react(store),
    sends: () => send(store),
  });
  await store.close();
  return { ...writes, ...(await measurePages(kit, env)) };
}

async function measurePages(kit: Kit, env: Record<string, string>) {
  await using server = await startChatNest(env);
  const readRoom = async (room: string): Promise<Sample> => {
    const asked = await reading(kit, [`/messages/${room}?limit=50`]);
    return measureLoad(kit, server, { ...asked, connections: 16, seconds: 1 });
  };
  const { plain, changed, hot } = changedRooms;
  return await alternate({
    plain: () => readRoom(plain),
    changed: () => readRoom(changed),
    hot: () => readRoom(hot),
  });
}
