import { setTimeout as delay } from "node:timers/promises";
import { alternate } from "../alternate.ts";
import { longLength } from "../fill/chat.ts";
import { filledFolder } from "../fill/embedded.ts";
import type { Kit } from "../kit.ts";
import { startFilledFastApi } from "../peers/fastapi.ts";
import { startChatNest, startPeer } from "../processes/chatnest.ts";
import { type FilledStore, startFilled } from "../processes/filled.ts";
import type { MeasuredServer } from "../processes/server.ts";
import type { Measured, Row, Sample } from "../row.ts";

const count = longLength.toLocaleString("en");
const peer = "FastAPI";

export const historyRows: readonly Row[] = [
  ...rowsOf("embedded", { prefix: "history", where: "embedded" }),
  ...rowsOf("mongo", { prefix: "history-mongo", where: "three-member MongoDB" }),
  {
    name: "ready",
    isExtra: true,
    title: "from start to ready, embedded",
    unit: "ms",
    peer: "bare Node",
    bar: { value: { most: 1_500 } },
    measure: measureStarts,
  },
];

function rowsOf(store: FilledStore, { prefix, where }: { prefix: string; where: string }): Row[] {
  return [
    {
      name: `${prefix}-first-byte`,
      title: `first byte of ${count} messages, ${where}`,
      unit: "ms",
      peer,
      bar: { value: { most: 100 } },
      measure: (kit) => inReads(kit, store, ({ firstByteMs }) => firstByteMs),
    },
    {
      name: `${prefix}-rate`,
      title: `all of ${count} messages, ${where}`,
      unit: "messages/s",
      peer,
      bar: { ratio: { least: 3 } },
      measure: (kit) => inReads(kit, store, ({ value }) => value),
    },
    {
      name: `${prefix}-memory`,
      isExtra: store === "mongo",
      title: `memory that ${count} messages take, ${where}`,
      unit: "MiB",
      peer,
      bar: { value: { most: 64 } },
      measure: (kit) => measureMemory(kit, store),
    },
  ];
}

/** `value` is the rate, in messages a second. */
interface Read extends Sample {
  firstByteMs: number;
  peakKiB: number;
}

/** The same reads for all rows. */
async function measureReads(kit: Kit): Promise<Record<FilledStore | "fastApi", Read[]>> {
  const former = await kit.get(startFilledFastApi);
  await using embedded = await startFilled(kit, "embedded");
  await using mongo = await startFilled(kit, "mongo");
  return await alternate({
    embedded: () => readAll(embedded),
    mongo: () => readAll(mongo),
    fastApi: () => readAll(former),
  });
}

async function inReads(
  kit: Kit,
  store: FilledStore,
  toValue: (read: Read) => number,
): Promise<Measured> {
  const reads = await kit.get(measureReads);
  const toSample = (read: Read): Sample => ({ ...read, value: toValue(read) });
  return { ours: reads[store].map(toSample), peer: reads.fastApi.map(toSample) };
}

// Of servers that have just started: what they have grown to is not counted twice.
async function measureMemory(kit: Kit, store: FilledStore): Promise<Measured> {
  const former = await kit.get(startFilledFastApi);
  return await alternate(
    {
      ours: async () => {
        await using server = await startFilled(kit, store);
        return { value: await growthOf(server) };
      },
      peer: async () => ({ value: await growthOf(former) }),
    },
    { warmUps: 0 },
  );
}

async function growthOf(server: MeasuredServer): Promise<number> {
  for (let n = 0; n < 20; n++) await (await fetch(`${server.url}/messages/long?limit=50`)).text();
  const before = await server.rssKiB();
  const { peakKiB } = await readAll(server);
  return (peakKiB - before) / 1_024;
}

async function readAll(server: MeasuredServer): Promise<Read> {
  const before = await server.cpuUs();
  const startedAt = performance.now();
  const reading = new AbortController();
  const peak = watchPeak(server, reading.signal);
  const response = await fetch(`${server.url}/messages/long`);
  let firstByteMs = 0;
  for await (const _ of response.body ?? []) firstByteMs ||= performance.now() - startedAt;
  const ms = performance.now() - startedAt;
  reading.abort();
  const cpuUs = ((await server.cpuUs()) - before) / longLength;
  return { value: (longLength / ms) * 1_000, cpuUs, firstByteMs, peakKiB: await peak };
}

async function watchPeak(server: MeasuredServer, signal: AbortSignal): Promise<number> {
  let peakKiB = 0;
  while (!signal.aborted) {
    peakKiB = Math.max(peakKiB, await server.rssKiB());
    await delay(5);
  }
  return peakKiB;
}

async function measureStarts(kit: Kit): Promise<Measured> {
  const folder = await kit.get(filledFolder);
  return await alternate({
    ours: async () => {
      await using server = await startChatNest({ CHATNEST_DATA: folder });
      return { value: server.readyMs };
    },
    peer: async () => {
      await using server = await startPeer("bare-events");
      return { value: server.readyMs };
    },
  });
}
