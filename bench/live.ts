import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { startReplicaSet } from "@chatnest/tests/support/mongod.ts";
import { until } from "@chatnest/tests/support/until.ts";
import { chatnest, type MeasuredServer, startClient, startServer } from "./processes.ts";
import { type Figure, median, quantile } from "./report.ts";
import { stampedText } from "./text.ts";

const subscribers = 1_000;
const idleSubscribers = 2_000;
const warmUps = 10;
const runs = 3;
const writers = 64;
const eventsPath = "/messages/busy/events";

const servers = {
  chatnest: () => startServer(chatnest, { args: ["serve"], env: { CHATNEST_DATA: ":memory:" } }),
  bare: () => startServer("./servers/bare-events.ts"),
};
type Start = (typeof servers)["chatnest"];

/** Measures how fast and how cheaply messages reach those who listen, beside a bare Node server. */
export async function measureLive(): Promise<Figure[]> {
  return [...(await measureBursts()), ...(await measureLone()), ...(await measureIdle())];
}

/** Measures how soon another instance has what one was sent, on MongoDB. */
export async function measureAcross(): Promise<Figure[]> {
  await using set = await startReplicaSet();
  const options = { args: ["serve"], env: { MONGODB_URI: set.uri } };
  await using one = await startServer(chatnest, options);
  await using other = await startServer(chatnest, options);
  const p99 = quantile(await latenciesOf({ from: one, to: other, count: 1, events: 200 }), 0.99);
  return [{ name: "across two instances, p99", value: p99, unit: "ms", bar: most(250) }];
}

async function measureBursts(): Promise<Figure[]> {
  const ours: Burst[] = [];
  const bare: Burst[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(await measureBurst(servers.chatnest));
    bare.push(await measureBurst(servers.bare));
  }
  const rate = (bursts: Burst[]) => median(bursts.map(({ perSecond }) => perSecond));
  const cpu = (bursts: Burst[]) => median(bursts.map(({ cpuUs }) => cpuUs));
  return [
    {
      name: `burst to ${subscribers}`,
      value: rate(ours),
      unit: "deliveries/s",
      peer: { name: "bare Node", value: rate(bare) },
      bar: { of: "ratio", least: 5 },
    },
    {
      name: "server CPU of a delivery",
      value: cpu(ours),
      unit: "us",
      peer: { name: "bare Node", value: cpu(bare) },
      bar: most(3),
    },
    {
      name: "messages of the burst",
      value: rate(ours) / subscribers,
      unit: "/s",
      peer: { name: "bare Node", value: rate(bare) / subscribers },
    },
  ];
}

interface Burst {
  perSecond: number;
  cpuUs: number;
}

async function measureBurst(start: Start): Promise<Burst> {
  await using server = await start();
  using readers = await startClient("./clients/subscribers.ts", [
    server.port,
    subscribers,
    eventsPath,
  ]);
  using writing = await startClient("./clients/writers.ts", [server.port, writers, "busy"]);
  await writing.ask("start");
  await delay(2_000);
  const look = async () => ({
    atMs: performance.now(),
    position: await readers.ask<number>("position"),
    cpuUs: await server.cpuUs(),
  });
  const before = await look();
  await delay(5_000);
  const after = await look();
  await writing.ask("stop");
  const deliveries = after.position - before.position;
  return {
    perSecond: (deliveries / (after.atMs - before.atMs)) * 1000,
    cpuUs: (after.cpuUs - before.cpuUs) / deliveries,
  };
}

async function measureLone(): Promise<Figure[]> {
  return [
    await loneFigure(`lone event to ${subscribers}, p99`, { count: subscribers, events: 30 }, 50),
    await loneFigure("lone event to one, p99", { count: 1, events: 300 }, 20),
  ];
}

// Turn by turn, so that a busy machine is as busy for both.
async function loneFigure(
  name: string,
  audience: Pick<Lone, "count" | "events">,
  limitMs: number,
): Promise<Figure> {
  const p99Of = async (start: Start) => {
    await using server = await start();
    return quantile(await latenciesOf({ from: server, to: server, ...audience }), 0.99);
  };
  const ours: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run++) {
    ours.push(await p99Of(servers.chatnest));
    bare.push(await p99Of(servers.bare));
  }
  const peer = { name: "bare Node", value: median(bare) };
  return { name, value: median(ours), unit: "ms", peer, bar: most(limitMs) };
}

interface Lone {
  from: MeasuredServer;
  to: MeasuredServer;
  /** How many subscribers. */
  count: number;
  events: number;
}

/** Sends events one by one, each when all have the one before; answers with how long each took to each subscriber, in ms. */
async function latenciesOf({ from, to, count, events }: Lone): Promise<number[]> {
  using readers = await startClient("./clients/subscribers.ts", [to.port, count, eventsPath]);
  const latencies: number[] = [];
  for (let n = 0; n < warmUps + events; n++) {
    await send(from, `event-no-${n}`);
    await delay(count > 1 ? 200 : 10 + Math.random() * 20);
    const arrived: number[] = [];
    const haveAll = async () =>
      arrived.push(...(await readers.ask<number[]>("latencies"))) >= count;
    await until(haveAll, { timeoutMs: 10_000, what: "all have the event" });
    // The first ones compile what the others run.
    if (n >= warmUps) latencies.push(...arrived);
  }
  if (latencies.length !== count * events) throw new Error("not every event came once");
  return latencies;
}

function send({ url }: MeasuredServer, id: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sending = request(`${url}/messages/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  sending.on("response", (response) => response.resume().on("end", resolve));
  sending.on("error", reject);
  const content = stampedText();
  sending.end(JSON.stringify({ id, user_id: "ann", conversation_id: "busy", content }));
  return promise;
}

async function measureIdle(): Promise<Figure[]> {
  const figure = async (name: string, path: string): Promise<Figure> => ({
    name,
    value: await measureMemory(servers.chatnest, path),
    unit: "KiB",
    peer: { name: "bare Node", value: await measureMemory(servers.bare, path) },
    bar: most(36),
  });
  return [
    await figure("memory of an idle subscriber", eventsPath),
    await figure("with a conversation each", "/messages/quiet-{n}/events"),
  ];
}

async function measureMemory(start: Start, path: string): Promise<number> {
  await using server = await start();
  // Some come and go before, so that what the first ones load is not counted.
  using _first = await startClient("./clients/subscribers.ts", [server.port, 200, path]);
  await delay(3_000);
  const before = await server.rssKiB();
  using _readers = await startClient("./clients/subscribers.ts", [
    server.port,
    idleSubscribers,
    path.replace("quiet", "other"),
  ]);
  await delay(10_000);
  return ((await server.rssKiB()) - before) / idleSubscribers;
}

function most(limit: number) {
  return { of: "value", most: limit } as const;
}
