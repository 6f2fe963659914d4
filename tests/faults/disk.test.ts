import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { newFolder } from "../cli/folder.ts";
import { expectLossesSurvived, expectSound, readAcks } from "./disk/losses.ts";
import type { DiskRecord } from "./disk/records.ts";
import { compileShim, type Disk, diskEnv } from "./disk/shim.ts";

const program = fileURLToPath(new URL("./disk/child.ts", import.meta.url));
const lossesOfAKind = 60;
const walHeaderBytes = 32;

let library: string;
beforeAll(async () => {
  const folder = await newFolder();
  library = await compileShim(folder.path);
  return () => folder[Symbol.asyncDispose]();
});

it("a loss of power undoes nothing that was acknowledged or shown", async () => {
  await using outer = await newFolder();
  const recorded = { folder: join(outer.path, "data"), record: join(outer.path, "record") };
  const { code, output } = await run({ ...recorded, syncMs: 2 }, ["count", "6000"]);
  expect(code, output).toBe(0);
  await expectLossesSurvived(recorded, (records, random) => {
    const restarts = [...records.keys()].filter((n) => isRestart(records[n]));
    expect(restarts.length, "checkpoints").toBeGreaterThan(3);
    for (const n of restarts.slice(1)) expectOneFrame(records.slice(n));
    const draw = (numbers: readonly number[]) => drawFrom(numbers, random);
    return [
      ...draw([...records.keys()]),
      ...draw([...records.keys()].filter((n) => records[n]?.path.endsWith(".db"))),
      ...draw(restarts.flatMap((n) => [n, n + 1, n + 2, n + 3])),
      // All that follows the start of a WAL, up to its sync: some of it could be taken for a part of the WAL before.
      ...draw(
        restarts.map((n) => records.findIndex(({ act }, at) => at > n && act === "sync") - 1),
      ),
    ];
  });
});

// The ninth sync is the first after those that open a new file.
it.each([9, 30, 100, 200, 201, 202, 203, 204])(
  "acknowledges nothing once sync %d has failed, and has all that it acknowledged",
  async (failAfter) => {
    await using outer = await newFolder();
    const recorded = { folder: join(outer.path, "data"), record: join(outer.path, "record") };
    const { code, output } = await run({ ...recorded, syncMs: 1, failAfter }, ["failure"]);
    expect([code, output]).toEqual([0, expect.stringMatching(/^\{.*\}\n$/)]);
    expect(new Set(Object.values(JSON.parse(output)))).toEqual(new Set(["unavailable"]));
    await expectLossesSurvived(recorded, (records, random) => {
      const failed = records.findIndex(({ act, at }) => act === "sync" && at > failAfter);
      return [
        failed - 1,
        failed,
        ...drawFrom([...records.keys()].slice(failed), random),
        records.length - 1,
      ];
    });
    await expectSound(recorded.folder, await readAcks(recorded.folder), output);
  },
);

it("a kill while syncs take long undoes nothing that was acknowledged or shown", async () => {
  await using folder = await newFolder();
  for (let round = 1; round < 5; round++) {
    const child = start({ folder: folder.path, syncMs: 15 }, ["killed"]);
    const isBusy = async () => (await readAcks(folder.path).catch(() => [])).length > 400 * round;
    await expect.poll(isBusy).toBe(true);
    child.kill("SIGKILL");
    await once(child, "close");
    await expectSound(folder.path, await readAcks(folder.path), `round ${round}`);
  }
});

/** Tells whether it is the first write to a WAL that starts over. */
function isRestart(record: DiskRecord | undefined): boolean {
  if (record?.act !== "write" || !record.path.endsWith("-wal")) return false;
  return record.at === 0 && record.bytes.length === walHeaderBytes;
}

/** Checks that a WAL that starts over has one frame when it is synced: of several, some could be lost. */
function expectOneFrame(records: readonly DiskRecord[]): void {
  const sync = records.findIndex(({ act }) => act === "sync");
  const written = records.slice(0, sync).filter(({ path }) => path.endsWith("-wal"));
  const [header, head, page] = written.map(({ bytes }) => bytes.length);
  expect([header, head, page, written.length]).toEqual([walHeaderBytes, 24, 4096, 3]);
}

function drawFrom(numbers: readonly number[], random: () => number): number[] {
  const count = Math.min(lossesOfAKind, numbers.length);
  return Array.from({ length: count }, () => numbers[Math.floor(random() * numbers.length)] ?? 0);
}

async function run(disk: Disk, args: readonly string[]) {
  const child = start(disk, args);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text) => {
      output += text;
    });
  }
  const [code] = await once(child, "close");
  return { code, output };
}

function start(disk: Disk, args: readonly string[]) {
  return spawn(process.execPath, [program, disk.folder, ...args], {
    env: { ...process.env, ...diskEnv(library, disk) },
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
}
