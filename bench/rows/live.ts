import { setTimeout as delay } from "node:timers/promises";
import { alternate, pairs } from "../alternate.ts";
import type { Kit } from "../kit.ts";
import { latenciesOf } from "../load/lone-events.ts";
import { mongoUri } from "../peers/mongo.ts";
import { startChatNest, startPeer } from "../processes/chatnest.ts";
import { startClient } from "../processes/client.ts";
import { quantile } from "../quantile.ts";
import type { Measured, Row, Sample } from "../row.ts";

const subscribers = 1_000;
/** Many, since the first ones make the heap of the young grow, which counts by its share. */
const idleSubscribers = 6_000;
const writers = 64;
const eventsPath = "/messages/busy/events";
const ownPath = "/messages/quiet-{n}/events";
const peer = "bare Node";

export const liveRows: readonly Row[] = [
  {
    name: "live-burst",
    title: `burst of ${writers} senders to 1,000 followers`,
    unit: "deliveries/s",
    peer,
    bar: { ratio: { least: 20.6 }, cpuUs: { most: 0.55 } },
    measure: () => inTurn(measureBurst),
  },
  {
    name: "live-lone",
    title: "lone event to 1,000 followers, p99",
    unit: "ms",
    peer,
    bar: { value: { most: 30 } },
    measure: () => inTurn((start) => measureLone(start, { count: subscribers, events: 10 })),
  },
  {
    name: "live-one",
    isExtra: true,
    title: "lone event to one follower, p99",
    unit: "ms",
    peer,
    bar: { value: { most: 20 } },
    measure: () => inTurn((start) => measureLone(start, { count: 1, events: 60 })),
  },
  {
    name: "live-idle",
    title: "memory of an idle follower",
    unit: "KiB",
    peer,
    bar: { value: { most: 31.7 } },
    measure: async (kit) => (await kit.get(measureIdle)).shared,
  },
  {
    name: "live-idle-own",
    title: "memory of an idle follower of a conversation of its own",
    unit: "KiB",
    peer,
    bar: { value: { most: 36 } },
    measure: async (kit) => (await kit.get(measureIdle)).own,
  },
  {
    name: "across",
    isExtra: true,
    title: "lone event to a follower at another instance, three-member MongoDB, p99",
    unit: "ms",
    peer: "at the same instance",
    bar: { value: { most: 250 } },
    measure: measureAcross,
  },
];

const servers = {
  ours: () => startChatNest({ CHATNEST_DATA: ":memory:" }),
  peer: () => startPeer("bare-events"),
};
type Start = (typeof servers)["ours"];

/** Measures with a server that was started for it. */
function inTurn(measure: (start: Start) => Promise<Sample>): Promise<Measured> {
  const parties = { ours: () => measure(servers.ours), peer: () => measure(servers.peer) };
  return alternate(parties, { warmUps: 0 });
}

async function measureBurst(start: Start): Promise<Sample> {
  await using server = await start();
  using readers = await startClient("subscribers", [server.port, subscribers, eventsPath]);
  using writing = await startClient("writers", [server.port, writers, "busy"]);
  await writing.ask("start");
  await delay(1_000);
  const look = async () => ({
    atMs: performance.now(),
    position: await readers.ask<number>("position"),
    cpuUs: await server.cpuUs(),
  });
  const before = await look();
  await delay(2_000);
  const after = await look();
  await writing.ask("stop");
  const deliveries = after.position - before.position;
  return {
    value: (deliveries / (after.atMs - before.atMs)) * 1_000,
    cpuUs: (after.cpuUs - before.cpuUs) / deliveries,
  };
}

async function measureLone(
  start: Start,
  audience: { count: number; events: number },
): Promise<Sample> {
  await using server = await start();
  const latencies = await latenciesOf({ from: server, to: server, path: eventsPath, ...audience });
  return { value: quantile(latencies, 0.99) };
}

async function measureAcross(kit: Kit): Promise<Measured> {
  const env = { MONGODB_URI: await mongoUri(kit, "across") };
  await using one = await startChatNest(env);
  await using other = await startChatNest(env);
  const measureFrom = async (from: typeof one): Promise<Sample> => {
    const lone = { to: other, path: eventsPath, count: 1, events: 50 };
    return { value: quantile(await latenciesOf({ from, ...lone }), 0.99) };
  };
  return await alternate({ ours: () => measureFrom(one), peer: () => measureFrom(other) });
}

/** Measures both kinds of idle followers at the same time: it is not time that is measured. */
async function measureIdle(): Promise<Record<"shared" | "own", Measured>> {
  const kinds: [Start, path: string][] = [
    [servers.ours, eventsPath],
    [servers.peer, eventsPath],
    [servers.ours, ownPath],
    [servers.peer, ownPath],
  ];
  const found = kinds.map((): Sample[] => []);
  for (let round = 0; round < pairs; round++) {
    const samples = await Promise.all(kinds.map(([start, path]) => measureMemory(start, path)));
    for (const [n, sample] of samples.entries()) found[n]?.push(sample);
  }
  const [ours = [], peer = [], oursOwn = [], peerOwn = []] = found;
  return { shared: { ours, peer }, own: { ours: oursOwn, peer: peerOwn } };
}

async function measureMemory(start: Start, path: string): Promise<Sample> {
  await using server = await start();
  // Some come before, so that what the first ones load is not counted.
  using _first = await startClient("subscribers", [server.port, 200, path]);
  await delay(2_000);
  const before = await server.rssKiB();
  const others = path.replace("quiet", "other");
  using _readers = await startClient("subscribers", [server.port, idleSubscribers, others]);
  await delay(4_000);
  return { value: ((await server.rssKiB()) - before) / idleSubscribers };
}
