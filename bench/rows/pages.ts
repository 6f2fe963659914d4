import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { alternate } from "../alternate.ts";
import { longLength, talkNames, timeOfFill } from "../fill/chat.ts";
import type { Kit } from "../kit.ts";
import { measureLoad, reading } from "../load/load.ts";
import { startFilledFastApi } from "../peers/fastapi.ts";
import { startPeer } from "../processes/chatnest.ts";
import { type FilledStore, startFilled } from "../processes/filled.ts";
import type { Measured, Row } from "../row.ts";

const fastApi = "FastAPI";
const newestPath = "/messages/long?limit=50";
const onePath = "/messages/long/5000";
const newest = [newestPath];
// Anywhere but at the end, in an order that nothing can guess from the last one.
const places = Array.from({ length: 5_000 }, (_, n) => ((n * 7_919) % (longLength - 1_000)) + 100);

export const pageRows: readonly Row[] = [
  {
    name: "page",
    title: "newest page of 50, three-member MongoDB",
    unit: "/s",
    peer: fastApi,
    bar: { ratio: { least: 5 } },
    measure: (kit) => besideFastApi(kit, { store: "mongo", ours: newest, theirs: newest }),
  },
  {
    name: "page-back",
    title: "page of 50 from far back, three-member MongoDB",
    unit: "/s",
    peer: fastApi,
    bar: { ratio: { least: 1.5 } },
    measure: (kit) =>
      besideFastApi(kit, {
        store: "mongo",
        ours: places.map((place) => `${newestPath}&before=${place}`),
        theirs: places.map((place) => `${newestPath}&before=${timeOfFill(place)}`),
      }),
  },
  {
    name: "page-of-1000",
    title: "newest pages of 50 of 1,000 conversations in turn, three-member MongoDB",
    unit: "/s",
    peer: fastApi,
    bar: { ratio: { least: 3 } },
    measure: (kit) => {
      const paths = talkNames.map((name) => `/messages/${name}?limit=50`);
      return besideFastApi(kit, { store: "mongo", ours: paths, theirs: paths });
    },
  },
  {
    name: "page-embedded",
    title: "newest page of 50, embedded",
    unit: "/s",
    peer: fastApi,
    bar: { ratio: { least: 5 } },
    measure: (kit) => besideFastApi(kit, { store: "embedded", ours: newest, theirs: newest }),
  },
  {
    name: "page-bare",
    title: "newest page of 50, embedded",
    unit: "/s",
    peer: "bare Hono, the same bytes",
    bar: { ratio: { least: 0.5 } },
    measure: (kit) => besideBytes(kit, newestPath),
  },
  {
    name: "message",
    title: "one message, embedded",
    unit: "/s",
    peer: "bare Hono, the same bytes",
    bar: { cpuRatio: { most: 1.6 } },
    measure: (kit) => besideBytes(kit, onePath),
  },
];

interface Reading {
  store: FilledStore;
  ours: readonly string[];
  theirs: readonly string[];
}

async function besideFastApi(kit: Kit, { store, ours, theirs }: Reading): Promise<Measured> {
  const former = await kit.get(startFilledFastApi);
  await using server = await startFilled(kit, store);
  const [asked, askedThere] = [await reading(kit, ours), await reading(kit, theirs)];
  return await alternate({
    ours: () => measureLoad(kit, server, asked),
    peer: () => measureLoad(kit, former, askedThere),
  });
}

async function besideBytes(kit: Kit, path: string): Promise<Measured> {
  await using server = await startFilled(kit, "embedded");
  const file = join(await kit.folder(), "answer");
  await writeFile(file, await (await fetch(server.url + path)).text());
  await using bare = await startPeer("bare-answer", { args: [file] });
  const asked = await reading(kit, [path]);
  return await alternate({
    ours: () => measureLoad(kit, server, asked),
    peer: () => measureLoad(kit, bare, asked),
  });
}
