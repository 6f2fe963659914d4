import { fileURLToPath } from "node:url";
import { startReplicaSet } from "@chatnest/tests/support/mongod.ts";
import type { Appends } from "./clients/appenders.ts";
import { type Client, startClient } from "./processes.ts";
import { type Figure, median, quantile } from "./report.ts";

const hotWriters = 16;
const ownWriters = 4;
const processes = 4;
const runMs = 4_000;
const runs = 3;

/** Measures what several processes do to each other that write one conversation, on a three-member set. */
export async function measureContention(): Promise<Figure[]> {
  await using set = await startReplicaSet();
  const { uri } = set;
  const one: number[] = [];
  const four: number[] = [];
  const leastShares: number[] = [];
  const aloneP99: number[] = [];
  const besideOwnP99: number[] = [];
  const besideHotP99: number[] = [];
  await write({ uri, count: processes, hot: 4, own: 4 });
  for (let run = 0; run < runs; run++) {
    one.push(sum(await write({ uri, count: 1, hot: hotWriters, own: 0 })));
    const together = await write({ uri, count: processes, hot: hotWriters, own: 0 });
    four.push(sum(together));
    const shares = together.map((appends) => sum([appends]) / (sum(together) / processes));
    leastShares.push(Math.min(...shares));
    const both = { uri, count: processes, hot: hotWriters, own: ownWriters };
    aloneP99.push(p99Of(await write({ ...both, hot: 0 })));
    besideOwnP99.push(p99Of(await write({ ...both, isShared: false })));
    besideHotP99.push(p99Of(await write(both)));
  }
  return [
    {
      name: "4 processes on one conversation",
      value: median(four),
      unit: "messages/s",
      peer: { name: "one process", value: median(one) },
      bar: { of: "ratio", least: 1 / 3 },
    },
    {
      name: "least share of a process",
      value: median(leastShares),
      unit: "of a fair one",
      bar: { of: "value", least: 0.5 },
    },
    {
      name: "conversations of one process beside it, p99",
      value: median(besideHotP99),
      unit: "ms",
      peer: { name: "as busy, no conflicts", value: median(besideOwnP99) },
      bar: { of: "ratio", most: 2 },
    },
    {
      name: "conversations of one process beside it, p99",
      value: median(besideHotP99),
      unit: "ms",
      peer: { name: "nothing beside them", value: median(aloneP99) },
      bar: { of: "ratio", most: 2 },
    },
  ];
}

/** Measures how many groups a process should write at once. */
export async function measureGroupDepth(): Promise<Figure[]> {
  await using set = await startReplicaSet();
  const hook = fileURLToPath(new URL("./clients/group-depth.ts", import.meta.url));
  const depths = [1, 2, 4, 8];
  const rates = new Map<number, number[]>(depths.map((depth) => [depth, []]));
  for (let run = -1; run < runs; run++) {
    for (const [depth, rate] of rates) {
      const [appends] = await write({ uri: set.uri, count: 1, hot: 0, own: 512, hook, depth });
      // The first run only warms up.
      if (run >= 0) rate.push(((appends?.ownMs.length ?? 0) / runMs) * 1000);
    }
  }
  const single = median(rates.get(1) ?? []);
  return depths.map((depth) => ({
    name: `${depth} groups at once`,
    value: median(rates.get(depth) ?? []),
    unit: "messages/s",
    peer: { name: "one group", value: single },
  }));
}

interface Writing {
  uri: string;
  count: number;
  /** Writers of the hot conversation in each process. */
  hot: number;
  /** Conversations that only one of the processes writes. */
  own: number;
  /** Whether the processes write the same hot conversation, or each one of its own. @default true */
  isShared?: boolean;
  hook?: string;
  depth?: number;
}

let started = 0;

async function write({ uri, count, hot, own, ...options }: Writing): Promise<Appends[]> {
  const { isShared = true, hook, depth = 0 } = options;
  using clients = new DisposableStack();
  const all: Client[] = [];
  for (let n = 0; n < count; n++) {
    const name = `process-${started++}`;
    const args = [uri, name, isShared ? "hot" : `hot-${name}`, hot, own];
    const client = await startClient("./clients/appenders.ts", args, {
      execArgv: hook ? ["--import", hook] : [],
      env: { BENCH_GROUP_DEPTH: String(depth) },
    });
    all.push(clients.use(client));
  }
  return await Promise.all(all.map((client) => client.ask<Appends>(`run ${runMs}`)));
}

function sum(all: readonly Appends[]): number {
  return (all.reduce((total, { hot }) => total + hot, 0) / runMs) * 1000;
}

function p99Of(all: readonly Appends[]): number {
  return quantile(
    all.flatMap(({ ownMs }) => ownMs),
    0.99,
  );
}
