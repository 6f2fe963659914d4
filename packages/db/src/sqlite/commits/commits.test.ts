import { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { type Commits, openCommits } from "./commits.ts";

const syncError = new Error("EIO");

it("answers a transaction, and lets reads go on, once its sync has ended", async () => {
  using disk = openDisk();
  const { commits, add, syncs } = disk;
  const answers: string[] = [];
  const adding = add(1).then(() => answers.push("added"));
  await turn();
  const reading = commits.synced().then(() => answers.push("read"));
  await turn();
  expect([commits.isSynced(), answers, syncs.length]).toEqual([false, [], 1]);
  syncs[0]?.resolve();
  await Promise.all([adding, reading]);
  expect([commits.isSynced(), answers]).toEqual([true, ["read", "added"]]);
});

it("syncs together what arrived during a sync, in order, each in a transaction of its own", async () => {
  using disk = openDisk();
  const { add, syncs, numbers } = disk;
  const answers: unknown[] = [];
  const first = add(1);
  await turn();
  const all = [first, add(2), add(2), add(3)];
  const settled = all.map((each, n) =>
    each.then(
      () => answers.push(n),
      () => answers.push(`${n} refused`),
    ),
  );
  syncs[0]?.resolve();
  await Promise.all(settled.slice(0, 1));
  await expect.poll(() => numbers()).toEqual([1, 2, 3]);
  await turn();
  expect([answers, syncs.length]).toEqual([[0], 2]);
  syncs[1]?.resolve();
  await Promise.all(settled);
  expect(answers).toEqual([0, 1, "2 refused", 3]);
});

it("refuses all that is under way, that waits or comes later once a sync has failed, and keeps the file open", async () => {
  using disk = openDisk();
  const { commits, add, syncs } = disk;
  const adding = add(1).catch((error) => error);
  await turn();
  const others = [commits.synced(), add(2)].map((each) => each.catch((error) => error));
  syncs[0]?.reject(syncError);
  const refused = { name: "StoreError", code: "unavailable", cause: syncError };
  for (const error of await Promise.all([adding, ...others])) expect(error).toMatchObject(refused);
  await expect(add(3)).rejects.toMatchObject(refused);
  await expect(commits.synced()).rejects.toMatchObject(refused);
  expect(commits.isSynced()).toBe(false);
  expect(() => commits.check()).toThrow();
  await commits.close();
  expect(disk.db.isOpen).toBe(true);
});

it("syncs nothing where nothing was written", async () => {
  using disk = openDisk();
  const { commits, numbers, syncs } = disk;
  expect(await commits.durably(numbers)).toEqual([]);
  expect(syncs).toEqual([]);
});

it("finishes what is under way before it closes", async () => {
  using disk = openDisk();
  const { commits, add, syncs } = disk;
  const adding = add(1);
  await turn();
  const closing = commits.close();
  await expect(add(2)).rejects.toMatchObject({ code: "closed" });
  syncs[0]?.resolve();
  await Promise.all([adding, closing]);
  expect(disk.db.isOpen).toBe(false);
});

/** Opens a database whose syncs end when the test says so. */
function openDisk() {
  const db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE numbers (number INTEGER PRIMARY KEY)");
  const syncs: PromiseWithResolvers<void>[] = [];
  function sync(): Promise<void> {
    const ended = Promise.withResolvers<void>();
    syncs.push(ended);
    return ended.promise;
  }
  const files = { syncWal: sync, syncDatabase: sync, close() {} };
  const commits: Commits = openCommits(db, files, () => {});
  const insert = db.prepare("INSERT INTO numbers VALUES (?)");
  const select = db.prepare("SELECT number FROM numbers");
  return {
    db,
    commits,
    syncs,
    add: (number: number) => commits.durably(() => insert.run(number)),
    numbers: () => select.all().map(({ number }) => number),
    [Symbol.dispose]() {
      if (db.isOpen) db.close();
    },
  };
}
