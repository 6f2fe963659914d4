import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChatStore, openMongoStore, openSqliteStore } from "@chatnest/db";
import { append } from "@chatnest/tests/support/append.ts";
import { startReplicaSet } from "@chatnest/tests/support/mongod.ts";
import { chatnest, startServer } from "./processes.ts";
import { type Figure, median } from "./report.ts";

const messages = 500;
const reactionsAtOnce = 256;
const reactionsMax = 20_000;
const pageSize = 50;
const hotReactions = 10_000;
const reads = 400;

/** Measures reactions and pages of changed messages, on both stores, beside messages and pages without changes. */
export async function measureChanges(): Promise<Figure[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-bench-"));
  const embedded = openSqliteStore(join(folder.path, "chatnest.db"));
  const inFile = await measureWrites("SQLite", embedded, 5_000);
  await embedded.close();
  inFile.push(...(await measurePages("SQLite", { CHATNEST_DATA: folder.path })));
  await using set = await startReplicaSet();
  const store = openMongoStore({ uri: set.uri });
  await store.ready;
  const inMongo = await measureWrites("MongoDB", store, 2_000);
  await store.close();
  return [...inFile, ...inMongo, ...(await measurePages("MongoDB", { MONGODB_URI: set.uri }))];
}

async function measureWrites(name: string, store: ChatStore, least: number): Promise<Figure[]> {
  await fill(store, "plain", pageSize);
  await fill(store, "changed", pageSize);
  await fill(store, "hot", pageSize);
  await fill(store, "reacted", messages);
  await change(store);
  await react(store, { room: "hot", count: hotReactions, targetOf: () => 1 });
  const perSecond = await react(store, {
    room: "reacted",
    count: reactionsMax,
    targetOf: (n) => (n % messages) + 1,
  });
  const sends = await send(store, reactionsMax);
  return [
    {
      name: `${name}: reactions to ${messages} messages, ${reactionsAtOnce} at once`,
      value: perSecond,
      unit: "/s",
      peer: { name: "sends", value: sends },
      bar: { of: "value", least },
    },
  ];
}

async function measurePages(name: string, env: Record<string, string>): Promise<Figure[]> {
  await using server = await startServer(chatnest, { args: ["serve"], env });
  const [plain = 0, changed = 0, hot = 0] = await readPages(server.url, [
    "plain",
    "changed",
    "hot",
  ]);
  const peer = { name: "ms without changes", value: plain };
  return [
    {
      name: `${name}: GET a page of ${pageSize}, all edited and reacted to`,
      value: changed,
      unit: "ms",
      peer,
      bar: { of: "ratio", most: 2 },
    },
    {
      name: `${name}: GET a page with a message of ${hotReactions} reactions`,
      value: hot,
      unit: "ms",
      peer,
      bar: { of: "ratio", most: 1.5 },
    },
  ];
}

async function fill(store: ChatStore, room: string, count: number): Promise<void> {
  const sends = Array.from({ length: count }, (_, n) =>
    append(store, {
      id: `${room}-message-${n}`,
      user_id: "ann",
      conversation_id: room,
      content: `message ${n}`,
    }),
  );
  await Promise.all(sends);
}

async function change(store: ChatStore): Promise<void> {
  for (let target_seq = 1; target_seq <= pageSize; target_seq++) {
    const common = { user_id: "ann", conversation_id: "changed", target_seq };
    await store.log.append({
      ...common,
      kind: "edit",
      id: `edit-of-${target_seq}`,
      content: "new",
    });
    await store.log.append({
      ...common,
      ...{ kind: "reaction", id: `reaction-${target_seq}`, key: "+1", added: true },
    });
  }
}

interface Reacting {
  room: string;
  count: number;
  targetOf(n: number): number;
}

/** Reacts, each time as another user, and returns the rate per second. */
async function react(store: ChatStore, { room, count, targetOf }: Reacting): Promise<number> {
  return rateOf(count, (n) =>
    store.log.append({
      kind: "reaction",
      id: `${room}-reaction-${n}`,
      user_id: `user-${n}`,
      conversation_id: room,
      target_seq: targetOf(n),
      key: "+1",
      added: true,
    }),
  );
}

async function send(store: ChatStore, count: number): Promise<number> {
  return rateOf(count, (n) =>
    append(store, {
      id: `message-${n}`,
      user_id: "ann",
      conversation_id: "sent",
      content: "hello",
    }),
  );
}

/** Keeps some calls under way until all are done, and returns the rate per second. */
async function rateOf(count: number, call: (n: number) => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const callers = Array.from({ length: reactionsAtOnce }, async () => {
    while (next < count) await call(next++);
  });
  await Promise.all(callers);
  return (count / (performance.now() - startedAt)) * 1_000;
}

/** Reads the newest page of each room, in turn, and returns the median time of each, in ms. */
async function readPages(url: string, rooms: string[]): Promise<number[]> {
  const times = rooms.map((): number[] => []);
  for (let n = 0; n < reads; n++) {
    for (const [index, room] of rooms.entries()) {
      const startedAt = performance.now();
      const response = await fetch(`${url}/messages/${room}?limit=${pageSize}`);
      const page = (await response.json()) as unknown[];
      if (page.length !== pageSize) throw new Error(`the page has ${page.length} messages`);
      times[index]?.push(performance.now() - startedAt);
    }
  }
  return times.map(median);
}
