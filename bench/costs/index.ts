import { alternate } from "../alternate.ts";
import type { Appends } from "../clients/appenders.ts";
import { type Kit, makeFolder } from "../kit.ts";
import { measureLoad, sending } from "../load/load.ts";
import { ownRate, writeToStore } from "../load/store-writers.ts";
import { mongoUri } from "../peers/mongo.ts";
import { startChatNest } from "../processes/chatnest.ts";
import { toShort } from "../report/table.ts";
import { toFindings } from "../report/verdict.ts";
import type { Measured } from "../row.ts";
import { compileSlowSync, slowSyncEnv } from "../shim/slow-sync.ts";
import { measureETag, measureExactlyOnce, measureValidation } from "./promises.ts";

/** Where the store says what a write waits for. */
const writeConcern = {
  file: "/db/src/mongo/writing/insert.ts",
  from: 'w: "majority", j: true',
  to: "w: 1, j: false",
};

/** Measures what each promise costs; returns the rows of a table. */
export async function measureCosts(kit: Kit): Promise<string[][]> {
  const sync = await measureSync(kit);
  const majority = await measureMajority(kit);
  return [
    ["promise", "measured", "with it", "without it", "cost"],
    toLine("acknowledged means on disk, embedded", "sends, 64 at once", sync),
    toLine(
      "acknowledged means on the disks of a majority, MongoDB",
      "sends, 512 at once",
      majority,
    ),
    toTime("exactly once", "index of ids and look-up, in SQLite", measureExactlyOnce()),
    toTime("nothing malformed is stored", "check of one message", measureValidation()),
    toTime("what has not changed is not sent again", "`ETag` of a page of 50", measureETag()),
  ];
}

/** Beside a disk that says at once that it has synced. */
async function measureSync(kit: Kit): Promise<Measured> {
  const library = await kit.get(compileSlowSync);
  await using folder = await makeFolder();
  await using another = await makeFolder();
  const env = slowSyncEnv(library, { us: 0, skips: true });
  await using server = await startChatNest({ CHATNEST_DATA: folder.path });
  await using unsynced = await startChatNest({ ...env, CHATNEST_DATA: another.path });
  return await alternate({
    ours: () => measureLoad(kit, server, sending()),
    peer: () => measureLoad(kit, unsynced, sending()),
  });
}

/** Beside a store that waits for the memory of the primary only. */
async function measureMajority(kit: Kit): Promise<Measured> {
  const writing = { uri: await mongoUri(kit, "concerns"), count: 1, hot: 0, own: 512 };
  const toSample = (all: readonly Appends[]) => ({ value: ownRate(all) });
  return alternate({
    ours: async () => toSample(await writeToStore(writing)),
    peer: async () => toSample(await writeToStore({ ...writing, change: writeConcern })),
  });
}

function toLine(promise: string, what: string, measured: Measured): string[] {
  const { value, peerValue = Number.NaN, ratio } = toFindings(measured);
  const lost = (1 - (ratio?.median ?? Number.NaN)) * 100;
  return [
    promise,
    what,
    `${toShort(value)}/s`,
    `${toShort(peerValue)}/s`,
    lost > 0 ? `${toShort(lost)} % of the rate` : "none that shows",
  ];
}

function toTime(promise: string, what: string, us: number): string[] {
  return [promise, what, "", "", `${toShort(us)} us`];
}
