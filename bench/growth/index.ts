import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Kit } from "../kit.ts";
import { type Chart, toSvg } from "../report/chart.ts";
import { growByConversations } from "./conversations.ts";
import { growByFollowers } from "./followers.ts";
import { growByMembers } from "./members.ts";
import { growByMessages } from "./messages.ts";
import { growByProcesses } from "./processes.ts";

const folder = fileURLToPath(new URL("../../docs/performance/", import.meta.url));

const lines: Record<string, (kit: Kit) => Promise<Chart>> = {
  messages: growByMessages,
  conversations: growByConversations,
  members: growByMembers,
  followers: growByFollowers,
  processes: growByProcesses,
};

/** Measures how cost grows, and draws a picture of each line into docs/performance; returns whether all were drawn. */
export async function drawGrowth(kit: Kit): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  let isWhole = true;
  for (const [name, measure] of Object.entries(lines)) {
    try {
      const chart = await measure(kit);
      console.log(`${chart.title}: ${JSON.stringify(chart.series)}`);
      await writeFile(`${folder}growth-${name}.svg`, toSvg(chart));
    } catch (error) {
      isWhole = false;
      console.error(`The line of ${name} was not drawn.`, error);
    }
  }
  return isWhole;
}
