import { fileURLToPath } from "node:url";
import type { Appends } from "../clients/appenders.ts";
import type { SourceChange } from "../clients/changed-source.ts";
import { type Client, startClient } from "../processes/client.ts";

const hook = fileURLToPath(new URL("../clients/changed-source.ts", import.meta.url));

/** How long the processes write, in ms. */
const writeMs = 1_500;

/** Processes that write to one MongoDB, each through a store of its own. */
export interface Writing {
  uri: string;
  /** How many processes. */
  count: number;
  /** Writers of the hot conversation in each process. */
  hot: number;
  /** Conversations that only one of the processes writes. */
  own: number;
  /** Whether the processes write the same hot conversation, or each one of its own. @default true */
  isShared?: boolean;
  /** What is changed in the store. */
  change?: SourceChange;
}

let started = 0;

/** Lets processes write for some time, all at the same. */
export async function writeToStore(writing: Writing): Promise<Appends[]> {
  const { uri, count, hot, own, isShared = true, change } = writing;
  using clients = new DisposableStack();
  const starts = Array.from({ length: count }, () => {
    const name = `process-${started++}`;
    const args = [uri, name, isShared ? "hot" : `hot-${name}`, hot, own];
    if (!change) return startClient("appenders", args);
    const env = { BENCH_CHANGE: JSON.stringify(change) };
    return startClient("appenders", args, { execArgv: ["--import", hook], env });
  });
  const all: Client[] = await Promise.all(starts);
  for (const client of all) clients.use(client);
  return await Promise.all(all.map((client) => client.ask<Appends>(`run ${writeMs}`)));
}

/** The rate of the messages to the hot conversation, of all processes together. */
export function hotRate(all: readonly Appends[]): number {
  return toRate(all.map(({ hot }) => hot));
}

/** The rate of the messages to conversations of one process, of all together. */
export function ownRate(all: readonly Appends[]): number {
  return toRate(all.map(({ ownMs }) => ownMs.length));
}

function toRate(counts: readonly number[]): number {
  return (counts.reduce((sum, count) => sum + count, 0) / writeMs) * 1_000;
}
