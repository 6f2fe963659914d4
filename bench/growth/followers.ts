import type { Kit } from "../kit.ts";
import { measureLoad, sending } from "../load/load.ts";
import { startChatNest } from "../processes/chatnest.ts";
import { startClient } from "../processes/client.ts";
import type { Chart } from "../report/chart.ts";
import { cpuOf, type Point } from "./line.ts";

const counts = [1, 10, 100, 1_000];

/** Measures sends to a conversation that more and more follow. */
export async function growByFollowers(kit: Kit): Promise<Chart> {
  const sends: Point[] = [];
  for (const count of counts) {
    await using server = await startChatNest({ CHATNEST_DATA: ":memory:" });
    using _followers = await startClient("subscribers", [
      server.port,
      count,
      "/messages/hot-0/events",
    ]);
    const load = { ...sending({ conversations: 1 }), seconds: 3 };
    sends.push([count, await cpuOf(() => measureLoad(kit, server, load))]);
  }
  return {
    title: "More followers of one busy conversation",
    xLabel: "followers",
    yLabel: "CPU for each send and its deliveries, us",
    series: [{ name: "send with its deliveries", points: sends }],
  };
}
