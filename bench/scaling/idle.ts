// Measures how late a change stream over several shards may be because one of them is idle: it hands an event out once
// every shard has said that it has nothing older. Usage: npx node bench/scaling/idle.ts
import { setTimeout as delay } from "node:timers/promises";
import { startMongod } from "./mongod.ts";

const watchedMs = 25_000;
const pollMs = 100;

await Promise.all([printLag("as it comes", []), printLag("1", [1])]);

async function printLag(name: string, seconds: number[]): Promise<void> {
  const args = seconds.flatMap((value) => ["--setParameter", `periodicNoopIntervalSecs=${value}`]);
  await using mongod = await startMongod({ args });
  const { db } = mongod.connection;
  await using stream = db.watch([], { maxAwaitTimeMS: pollMs });
  const lags: number[] = [];
  const end = Date.now() + watchedMs;
  while (Date.now() < end) {
    await stream.tryNext();
    lags.push(Date.now() / 1_000 - secondsOf(stream.resumeToken));
    await delay(pollMs);
  }
  const mean = lags.reduce((sum, lag) => sum + lag, 0) / lags.length;
  const figures = `mean ${mean.toFixed(1)} s, longest ${Math.max(...lags).toFixed(1)} s`;
  console.log(`periodicNoopIntervalSecs ${name}: an idle shard is behind by ${figures}`);
}

// A token begins with the type of a timestamp, then its seconds.
function secondsOf(token: unknown): number {
  const { _data } = token as { _data: string };
  return Number.parseInt(_data.slice(2, 10), 16);
}
