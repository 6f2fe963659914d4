import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startClient, startServer } from "./processes.ts";
import { type Figure, median } from "./report.ts";

const writers = 64;
const runs = 3;

/** Measures durable sends, beside the same server without a store and a bare route with the same schema. */
export async function measurePosts(): Promise<Figure[]> {
  const durable: number[] = [];
  const oneLog: number[] = [];
  const nothing: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run++) {
    await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-bench-"));
    durable.push(await measure(join(folder.path, "chatnest.db")));
    oneLog.push(await measure(join(folder.path, "one.db"), "talk"));
    nothing.push(await measure("nothing"));
    bare.push(await measure("bare"));
  }
  const value = median(durable);
  const name = `POST /messages/, ${writers} at once`;
  return [
    {
      name: `${name}, durable`,
      value,
      unit: "/s",
      peer: { name: "no store", value: median(nothing) },
      bar: { of: "ratio", least: 0.6 },
    },
    {
      name: `${name}, to one conversation`,
      value: median(oneLog),
      unit: "/s",
      peer: { name: "no store", value: median(nothing) },
      bar: { of: "ratio", least: 0.6 },
    },
    {
      name: `${name}, durable`,
      value,
      unit: "/s",
      peer: { name: "bare Hono", value: median(bare) },
    },
  ];
}

async function measure(kind: string, conversation = "talk-{n}"): Promise<number> {
  await using server = await startServer("./servers/posts.ts", { args: [kind] });
  using client = await startClient("./clients/writers.ts", [server.port, writers, conversation]);
  await client.ask("start");
  await delay(2_000);
  const startedAt = performance.now();
  const before = await client.ask<number>("count");
  await delay(4_000);
  const after = await client.ask<number>("stop");
  return ((after - before) / (performance.now() - startedAt)) * 1000;
}
