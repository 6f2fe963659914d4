import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { newFolder } from "../../cli/folder.ts";
import { type Ack, expectKept, parseAcks } from "./acks.ts";
import { RecordedDisk } from "./power-loss.ts";
import { type DiskRecord, readRecords } from "./records.ts";

/** Where a process wrote, and what it did. */
export interface Recorded {
  folder: string;
  record: string;
}

/**
 * Loses the power at many moments of what was recorded, and checks each time that all is there that was acknowledged or shown
 * by then. `draw` chooses the moments, some of them several times.
 */
export async function expectLossesSurvived(
  { folder, record }: Recorded,
  draw: (records: readonly DiskRecord[], random: () => number) => readonly number[],
): Promise<void> {
  const records = await readRecords(record);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const random = randomFrom(seed);
  const losses = Map.groupBy(draw(records, random), (n) => n);
  const disk = new RecordedDisk();
  let acks = "";
  for (const [n, each] of records.entries()) {
    if (each.path === join(folder, "acks")) acks += each.bytes.toString();
    else disk.add(each);
    const where = `after record ${n}, ${each.act} of ${each.path} at ${each.at}, seed ${seed}`;
    for (const _ of losses.get(n) ?? []) {
      await using lost = await newFolder();
      await disk.save((path) => path.replace(folder, lost.path), random);
      await expectSound(lost.path, parseAcks(acks), where);
    }
  }
}

/** Checks that a folder has all that was acknowledged or shown, and that its database is whole. */
export async function expectSound(
  folder: string,
  acks: readonly Ack[],
  where: string,
): Promise<void> {
  const file = join(folder, "chatnest.db");
  await expectKept(file, acks, where);
  using db = new DatabaseSync(file);
  expect(db.prepare("PRAGMA integrity_check").all(), where).toEqual([{ integrity_check: "ok" }]);
}

/** Reads what a process was told that wrote to a folder. */
export async function readAcks(folder: string): Promise<Ack[]> {
  return parseAcks(await readFile(join(folder, "acks"), "utf8"));
}

/** Makes a function that draws numbers below 1: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
function randomFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
