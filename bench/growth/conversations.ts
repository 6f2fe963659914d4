import { join } from "node:path";
import { openMongoStore, openSqliteStore } from "@chatnest/db";
import { settleMongo, settleSqlite } from "../fill/settle.ts";
import { fillConversation } from "../fill/store.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { measureLoad, reading } from "../load/load.ts";
import { mongoUri } from "../peers/mongo.ts";
import { startChatNest } from "../processes/chatnest.ts";
import type { MeasuredServer } from "../processes/server.ts";
import type { Chart } from "../report/chart.ts";
import { inboxPath } from "../rows/inbox.ts";
import { cpuOf, type Point } from "./line.ts";

const counts = [20, 200, 2_000, 20_000];

/** Measures a page of the inbox of users in more and more conversations. */
export async function growByConversations(kit: Kit): Promise<Chart> {
  await using folder = await makeFolder();
  const embedded = openSqliteStore(join(folder.path, "chatnest.db"));
  await fillInboxes(embedded);
  await embedded.close();
  await settleSqlite(join(folder.path, "chatnest.db"));
  const uri = await mongoUri(kit, "inboxes");
  const store = openMongoStore({ uri });
  await store.ready;
  await fillInboxes(store);
  await store.close();
  await settleMongo(uri);
  const embeddedPoints = await measureInboxes(kit, { CHATNEST_DATA: folder.path });
  const mongoPoints = await measureInboxes(kit, { MONGODB_URI: uri });
  return {
    title: "More conversations of a user (inbox of 20)",
    xLabel: "conversations of the user",
    yLabel: "CPU for each request, us",
    series: [
      { name: "embedded", points: embeddedPoints },
      { name: "MongoDB", points: mongoPoints },
    ],
  };
}

/** Each user is in the first conversations of all. */
async function fillInboxes(store: Parameters<typeof fillConversation>[0]): Promise<void> {
  const numbers = Array.from({ length: Math.max(...counts) }, (_, n) => n).values();
  const fillers = Array.from({ length: 32 }, async () => {
    for (const n of numbers) {
      const users = counts.filter((count) => n < count).map((count) => `in-${count}`);
      await fillConversation(store, { id: `room-${n}`, user_ids: users, length: 5 });
    }
  });
  await Promise.all(fillers);
}

async function measureInboxes(kit: Kit, env: Record<string, string>): Promise<Point[]> {
  await using server: MeasuredServer = await startChatNest(env);
  const points: Point[] = [];
  for (const count of counts) {
    const load = await reading(kit, [inboxPath(`in-${count}`)]);
    points.push([count, await cpuOf(() => measureLoad(kit, server, load))]);
  }
  return points;
}
