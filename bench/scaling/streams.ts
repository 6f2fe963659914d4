// Measures what a message costs the mongod and the processes that hear of it, with more and more change streams open.
// Usage: npx node bench/scaling/streams.ts [--rate 2000] [--seconds 8] [--deaf]
// Deaf: all streams but the first have a filter that the server applies and that nothing passes.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type ChatStore, openMongoStore } from "@chatnest/db";
import { createConnection } from "@chatnest/db/internals/mongo/connection/connection.ts";
import { serverStatus, startMongod } from "./mongod.ts";
import { readRealMessages, sendAll } from "./real-data.ts";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "2000" },
    seconds: { type: "string", default: "8" },
    deaf: { type: "boolean", default: false },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const counts = [1, 2, 4, 8];
const tickMs = 20;

/** What a message cost. */
interface Cost {
  streams: number;
  serverUs: number;
  processUs: number;
  bytes: number;
}

await using mongod = await startMongod();
const messages = await readRealMessages({ copies: Math.ceil((rate * seconds * 5) / 65_000) });
let used = 0;
const instances: Instance[] = [];
const costs: Cost[] = [];
const closed = new AbortController();
let openStreams = 0;
const writer = await openInstance();
await measure(1);
for (const count of counts) {
  while (openStreams < count) await (values.deaf ? openDeaf() : openInstance());
  costs.push(await measure(count));
}
closed.abort();
await Promise.all(instances.map(({ store }) => store.close()));

console.log(`${rate} messages/s, a message costs:`);
console.log("streams    mongod us  processes us  bytes out of mongod   mongod: one stream = 1");
for (const cost of costs) console.log(toRow(cost.streams, cost, costs[0]));
const [first, last] = [costs[0], costs.at(-1)];
if (first && last) {
  const more = last.streams - first.streams;
  const each: Cost = {
    streams: 1,
    serverUs: (last.serverUs - first.serverUs) / more,
    processUs: (last.processUs - first.processUs) / more,
    bytes: (last.bytes - first.bytes) / more,
  };
  console.log(toRow("each more", each, first));
}

function toRow(name: unknown, { serverUs, processUs, bytes }: Cost, one: Cost | undefined): string {
  const ratio = (serverUs / (one?.serverUs ?? 1)).toFixed(2);
  return [
    String(name).padEnd(9),
    serverUs.toFixed(0).padStart(9),
    processUs.toFixed(0).padStart(12),
    bytes.toFixed(0).padStart(20),
    ratio.padStart(8),
  ].join("  ");
}

/** One process of ChatNest, as far as MongoDB can tell. */
interface Instance {
  store: ChatStore;
  heard: number;
}

async function openInstance(): Promise<Instance> {
  const store = openMongoStore({ uri: mongod.uri });
  const instance = { store, heard: 0 };
  store.watch(({ kind }) => {
    if (kind === "entry") instance.heard++;
  });
  await store.ready;
  while (store.watchState() !== "live") await delay(10);
  instances.push(instance);
  openStreams++;
  return instance;
}

/** Opens a change stream that asks for the notes of nobody; it asks again as often as the store's own. */
async function openDeaf(): Promise<void> {
  const { client, db } = createConnection(mongod.uri);
  const pipeline = [
    {
      $match: { "ns.coll": "chat_messages", operationType: "insert", "fullDocument.stream": "n:" },
    },
  ];
  const stream = db.watch(pipeline, { maxAwaitTimeMS: 1_000 });
  await stream.tryNext();
  openStreams++;
  void (async () => {
    while (!closed.signal.aborted) await stream.tryNext();
    await client.close();
  })();
}

/** Sends at an even rate, waits until everybody has heard everything, and says what a message cost. */
async function measure(streams: number): Promise<Cost> {
  for (const instance of instances) instance.heard = 0;
  const before = await serverStatus(mongod);
  const cpu = process.cpuUsage();
  const sent = await sendEvenly();
  // The writer hears of its own messages twice: at once, and by its change stream.
  const isHeard = () =>
    instances.every(({ store, heard }) => heard >= (store === writer.store ? 2 : 1) * sent);
  while (!isHeard()) await delay(tickMs);
  const { user, system } = process.cpuUsage(cpu);
  const after = await serverStatus(mongod);
  return {
    streams,
    serverUs: ((after.cpuMs - before.cpuMs) * 1_000) / sent,
    processUs: (user + system) / sent,
    bytes: (after.bytesOut - before.bytesOut) / sent,
  };
}

async function sendEvenly(): Promise<number> {
  const start = performance.now();
  const sending: Promise<number>[] = [];
  let sent = 0;
  for (;;) {
    const passedMs = performance.now() - start;
    if (passedMs >= seconds * 1_000) break;
    const due = Math.floor((passedMs * rate) / 1_000);
    const some = messages.slice(used + sent, used + due);
    sending.push(sendAll(writer.store, some, some.length));
    sent += some.length;
    await delay(tickMs);
  }
  await Promise.all(sending);
  used += sent;
  return sent;
}
