import { join } from "node:path";
import { openSqliteStore } from "@chatnest/db";
import { type Kit, makeFolder } from "../kit.ts";
import { measureLoad, reading, sending } from "../load/load.ts";
import { startChatNest } from "../processes/chatnest.ts";
import type { Chart } from "../report/chart.ts";
import { cpuOf, type Point } from "./line.ts";

const counts = [1, 10, 100, 1_000, 10_000];
/** The greatest number that a conversation can be created with. */
const createdMax = 1_000;

/** Measures sends to conversations of more and more members, and the inbox of one of them. */
export async function growByMembers(kit: Kit): Promise<Chart> {
  const sends: Point[] = [];
  const inboxes: Point[] = [];
  await using folder = await makeFolder();
  const store = openSqliteStore(join(folder.path, "chatnest.db"));
  for (const count of counts) {
    const [first = "", ...others] = Array.from(
      { length: count },
      (_, n) => `member-${n}-of-${count}`,
    );
    const id = `of-${count}-0`;
    await store.conversations.create({ id, user_ids: [first, ...others.slice(0, createdMax - 1)] });
    for (const user_id of others.slice(createdMax - 1))
      await store.members.join({ conversation_id: id, user_id });
  }
  await store.close();
  await using server = await startChatNest({ CHATNEST_DATA: folder.path });
  for (const count of counts) {
    const load = sending({ conversations: 1, name: `of-${count}-%d` });
    sends.push([count, await cpuOf(() => measureLoad(kit, server, load))]);
    const page = await reading(kit, [`/messages/of-${count}-0?limit=50`]);
    inboxes.push([count, await cpuOf(() => measureLoad(kit, server, page))]);
  }
  return {
    title: "More members of a conversation (embedded)",
    xLabel: "members of the conversation",
    yLabel: "CPU for each request, us",
    series: [
      { name: "send", points: sends },
      { name: "newest page of 50", points: inboxes },
    ],
  };
}
