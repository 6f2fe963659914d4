import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { until } from "@chatnest/tests/support/until.ts";
import { alternate } from "../alternate.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { startChatNest } from "../processes/chatnest.ts";
import { startClient } from "../processes/client.ts";
import type { MeasuredServer } from "../processes/server.ts";
import type { Row, Sample } from "../row.ts";
import { compileSlowSync, slowSyncEnv } from "../shim/slow-sync.ts";

const senders = 64;
const followers = 500;
const syncUs = 10_000;
const hook = fileURLToPath(new URL("../clients/loop-delay.ts", import.meta.url));

export const stallRows: readonly Row[] = [
  {
    name: "stall",
    title: "event loop delay, a sync takes 10 ms more, 64 senders, 500 followers, embedded, p99",
    unit: "ms",
    peer: "nobody following",
    bar: { value: { most: 5 } },
    measure: async (kit) => {
      const { followed, alone } = await kit.get(measureStalls);
      return { ours: followed.map(toDelay), peer: alone.map(toDelay) };
    },
  },
  {
    name: "stall-sends",
    title: "send, a sync takes 10 ms more, 64 at once, 500 followers, embedded",
    unit: "/s",
    peer: "nobody following",
    bar: { ratio: { least: 0.8 } },
    measure: async (kit) => {
      const { followed, alone } = await kit.get(measureStalls);
      return { ours: followed, peer: alone };
    },
  },
];

interface StallSample extends Sample {
  p99Ms: number;
}

async function measureStalls(kit: Kit): Promise<Record<"followed" | "alone", StallSample[]>> {
  const library = await kit.get(compileSlowSync);
  const slow = slowSyncEnv(library, { us: syncUs });
  const run = async (count: number): Promise<StallSample> => {
    await using folder = await makeFolder();
    const said = join(folder.path, "delays.json");
    const env = { ...slow, CHATNEST_DATA: folder.path, BENCH_LOOP_DELAY: said };
    await using server = await startChatNest(env, { flags: ["--import", hook] });
    return await measureStall(server, { said, count });
  };
  return alternate({ followed: () => run(followers), alone: () => run(0) }, { warmUps: 0 });
}

async function measureStall(
  server: MeasuredServer,
  { said, count }: { said: string; count: number },
): Promise<StallSample> {
  const path = "/messages/busy/events";
  using _readers = await startClient("subscribers", [server.port, count, path]);
  using writing = await startClient("writers", [server.port, senders, "busy"]);
  await writing.ask("start");
  await delay(1_000);
  await readDelays(server, said);
  const before = await writing.ask<number>("count");
  const cpuBefore = await server.cpuUs();
  const startedAt = performance.now();
  await delay(2_000);
  const sent = (await writing.ask<number>("count")) - before;
  const ms = performance.now() - startedAt;
  const used = (await server.cpuUs()) - cpuBefore;
  const p99Ms = await readDelays(server, said);
  await writing.ask("stop");
  return { value: (sent / ms) * 1_000, cpuUs: used / sent, p99Ms };
}

/** Asks the server how late its event loop was since the last time. */
async function readDelays({ pid }: MeasuredServer, said: string): Promise<number> {
  await rm(said, { force: true });
  process.kill(pid, "SIGUSR2");
  const text = await until(() => readFile(said, "utf8"), {
    timeoutMs: 10_000,
    what: "the server has written its delays",
  });
  return JSON.parse(text).p99Ms;
}

function toDelay({ p99Ms }: StallSample): Sample {
  return { value: p99Ms };
}
