import { pairs } from "../alternate.ts";
import { startChatNest } from "../processes/chatnest.ts";
import { startClient } from "../processes/client.ts";
import type { Measured, Row } from "../row.ts";

const messages = 10_000;
const writers = 64;

export const sdkRows: readonly Row[] = [
  {
    name: "sdk",
    title: "CPU of a program that receives 10,000 live messages",
    unit: "ms",
    peer: "fetch and JSON.parse",
    bar: { value: { most: 200 } },
    measure: measureSdk,
  },
];

async function measureSdk(): Promise<Measured> {
  const runs: [sdk: number, bare: number][] = [];
  for (let run = 0; run < pairs; run++) runs.push(await measureRun());
  return {
    ours: runs.map(([value]) => ({ value })),
    peer: runs.map(([, value]) => ({ value })),
  };
}

// Both at the same time, so that both get the same bytes in the same pieces; nothing is warm.
async function measureRun(): Promise<[sdk: number, bare: number]> {
  await using server = await startChatNest({ CHATNEST_DATA: ":memory:" });
  const startReader = (manner: string) => startClient("sdk-reader", [server.url, messages, manner]);
  using sdk = await startReader("sdk");
  using bare = await startReader("bare");
  using writing = await startClient("writers", [server.port, writers, "busy"]);
  await writing.ask("start");
  const cpuMs = await Promise.all([sdk.ask<number>("cpu"), bare.ask<number>("cpu")]);
  await writing.ask("stop");
  return cpuMs;
}
