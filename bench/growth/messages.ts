import { largeName, makeLarge, tenMillion } from "../fill/large.ts";
import type { Kit } from "../kit.ts";
import { measureLoad, reading, sending } from "../load/load.ts";
import { startChatNest } from "../processes/chatnest.ts";
import type { Chart } from "../report/chart.ts";
import { cpuOf, type Point } from "./line.ts";

const conversations = 1_000;
const parts = [1_000, 100, 10, 1];

/** Measures sends and pages among more and more messages. */
export async function growByMessages(kit: Kit): Promise<Chart> {
  const sends: Point[] = [];
  const pages: Point[] = [];
  for (const part of parts) {
    const longLength = tenMillion.longLength / part;
    const length = 9_000 / part;
    await using folder = await makeLarge({ longLength, conversations, length });
    await using server = await startChatNest({ CHATNEST_DATA: folder.path });
    const count = longLength + conversations * length;
    const load = sending({ conversations, name: largeName });
    sends.push([count, await cpuOf(() => measureLoad(kit, server, load))]);
    const middle = await reading(kit, placesIn(longLength));
    pages.push([count, await cpuOf(() => measureLoad(kit, server, middle))]);
  }
  return {
    title: "More messages in the database (embedded)",
    xLabel: "messages",
    yLabel: "CPU for each request, us",
    series: [
      { name: "send", points: sends },
      { name: "page from the middle", points: pages },
    ],
  };
}

function placesIn(length: number): string[] {
  return Array.from({ length: 1_000 }, (_, n) => {
    const before = 100 + ((n * 7_919) % (length - 200));
    return `/messages/long?limit=50&before=${before}`;
  });
}
