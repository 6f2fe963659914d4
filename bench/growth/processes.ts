import type { Kit } from "../kit.ts";
import { hotRate, ownRate, writeToStore } from "../load/store-writers.ts";
import { mongoUri } from "../peers/mongo.ts";
import { median } from "../quantile.ts";
import type { Chart } from "../report/chart.ts";
import type { Point } from "./line.ts";

const counts = [1, 2, 4];
const writers = 64;
const rounds = 3;

/** Measures more and more processes on one MongoDB: they share one conversation, or each has its own. */
export async function growByProcesses(kit: Kit): Promise<Chart> {
  const uri = await mongoUri(kit, "processes");
  const own: Point[] = [];
  const shared: Point[] = [];
  await writeToStore({ uri, count: 1, hot: 1, own: 1 });
  for (const count of counts) {
    const each = Math.round(writers / count);
    const [ownRates, sharedRates]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ownRates.push(ownRate(await writeToStore({ uri, count, hot: 0, own: each })));
      sharedRates.push(hotRate(await writeToStore({ uri, count, hot: each, own: 0 })));
    }
    own.push([count, median(ownRates)]);
    shared.push([count, median(sharedRates)]);
  }
  return {
    title: "More processes on one MongoDB, 64 writers in all",
    xLabel: "processes",
    yLabel: "messages a second, all processes",
    series: [
      { name: "a conversation each", points: own },
      { name: "one conversation", points: shared },
    ],
  };
}
