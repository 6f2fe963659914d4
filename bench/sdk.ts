import { chatnest, startClient, startServer } from "./processes.ts";
import { type Figure, median } from "./report.ts";

const messages = 10_000;
const writers = 64;
const runs = 5;

/** Measures what it costs a program to receive messages by the SDK, beside one that reads the same stream by hand. */
export async function measureSdk(): Promise<Figure[]> {
  const bySdk: number[] = [];
  const byHand: number[] = [];
  for (let run = 0; run < runs; run++) {
    const [sdk, bare] = await measureRun();
    bySdk.push(sdk);
    byHand.push(bare);
  }
  return [
    {
      name: `CPU to receive ${messages} live messages`,
      value: median(bySdk),
      unit: "ms",
      peer: { name: "fetch and JSON.parse", value: median(byHand) },
      bar: { of: "value", most: 200 },
    },
  ];
}

// Both at the same time, so that both get the same bytes in the same pieces; nothing is warm.
async function measureRun(): Promise<[number, number]> {
  await using server = await startServer(chatnest, {
    args: ["serve"],
    env: { CHATNEST_DATA: ":memory:" },
  });
  const startReader = (manner: string) =>
    startClient("./clients/sdk-reader.ts", [server.url, messages, manner]);
  using sdk = await startReader("sdk");
  using bare = await startReader("bare");
  using writing = await startClient("./clients/writers.ts", [server.port, writers, "busy"]);
  await writing.ask("start");
  const cpuMs = await Promise.all([sdk.ask<number>("cpu"), bare.ask<number>("cpu")]);
  await writing.ask("stop");
  return cpuMs;
}
