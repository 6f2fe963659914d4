import { join } from "node:path";
import { alternate } from "../alternate.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { measureLoad, sending } from "../load/load.ts";
import { startFastApi } from "../peers/fastapi.ts";
import { mongoUri } from "../peers/mongo.ts";
import { startChatNest, startPeer } from "../processes/chatnest.ts";
import type { Measured, Row } from "../row.ts";

const fastApi = "FastAPI";

export const sendRows: readonly Row[] = [
  {
    name: "send",
    title: "send, three-member MongoDB, 64 at once",
    unit: "/s",
    peer: fastApi,
    bar: { ratio: { least: 6 }, cpuRatio: { most: 1 / 6 } },
    measure: (kit) => measureMongo(kit, 64),
  },
  {
    name: "send-256",
    title: "send, three-member MongoDB, 256 at once",
    unit: "/s",
    peer: fastApi,
    bar: { ratio: { least: 10 }, cpuRatio: { most: 1 / 6 } },
    measure: (kit) => measureMongo(kit, 256),
  },
  {
    name: "send-embedded",
    title: "send, embedded, 64 at once",
    unit: "/s",
    peer: fastApi,
    bar: { ratio: { least: 10 } },
    measure: async (kit) => pick(await kit.get(measureEmbedded), "embedded", "fastApi"),
  },
  {
    name: "send-bare",
    title: "send, embedded, 64 at once",
    unit: "/s",
    peer: "bare Hono, same schema, no store",
    bar: { ratio: { least: 0.5 } },
    measure: async (kit) => pick(await kit.get(measureWithoutStores), "embedded", "bare"),
  },
  {
    name: "send-no-store",
    title: "send, embedded, 64 at once",
    unit: "/s",
    peer: "ChatNest without a store",
    bar: { ratio: { least: 0.6 } },
    measure: async (kit) => pick(await kit.get(measureWithoutStores), "embedded", "noStore"),
  },
  {
    name: "send-one-log",
    title: "send to one conversation, embedded, 64 at once",
    unit: "/s",
    peer: "ChatNest without a store",
    bar: { ratio: { least: 0.6 } },
    measure: async (kit) => pick(await kit.get(measureWithoutStores), "oneLog", "noStore"),
  },
];

async function measureMongo(kit: Kit, connections: number): Promise<Measured> {
  const former = await kit.get(startFastApi);
  await using server = await startChatNest({ MONGODB_URI: await mongoUri(kit, "sends") });
  const load = sending({ connections });
  const { ours, peer } = await alternate({
    ours: () => measureLoad(kit, server, load),
    peer: () => measureLoad(kit, former, load),
  });
  return { ours, peer };
}

async function measureEmbedded(kit: Kit) {
  const former = await kit.get(startFastApi);
  await using folder = await makeFolder();
  await using server = await startChatNest({ CHATNEST_DATA: folder.path });
  return await alternate({
    embedded: () => measureLoad(kit, server, sending()),
    fastApi: () => measureLoad(kit, former, sending()),
  });
}

async function measureWithoutStores(kit: Kit) {
  await using folder = await makeFolder();
  await using server = await startChatNest({ CHATNEST_DATA: join(folder.path, "many") });
  await using another = await startChatNest({ CHATNEST_DATA: join(folder.path, "one") });
  await using noStore = await startPeer("no-store");
  await using bare = await startPeer("bare-sends");
  return await alternate({
    embedded: () => measureLoad(kit, server, sending()),
    bare: () => measureLoad(kit, bare, sending()),
    noStore: () => measureLoad(kit, noStore, sending()),
    oneLog: () => measureLoad(kit, another, sending({ conversations: 1 })),
  });
}

function pick<TName extends string>(
  samples: Record<TName, Measured["ours"]>,
  ours: TName,
  peer: TName,
): Measured {
  return { ours: samples[ours], peer: samples[peer] };
}
