import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { newFolder } from "../../../tests/folder.ts";
import { nextChangesMax, openCheckpoints } from "./checkpoints.ts";
import { openDatabase } from "./open-database.ts";
import { inTransaction } from "./transactions.ts";

it("makes fewer checkpoints while the WAL stays small", () => {
  expect(nextChangesMax(2_000, 100)).toBe(3_000);
});

it("makes a checkpoint earlier after the WAL has become large", () => {
  expect(nextChangesMax(8_000, 5_120)).toBe(6_400);
  expect(nextChangesMax(8_000, 100_000)).toBe(4_000);
});

it("makes no checkpoint after fewer than 1,000 changes", () => {
  expect(nextChangesMax(1_000, 100_000)).toBe(1_000);
});

it("keeps its pace in memory, where there is no WAL", () => {
  expect(nextChangesMax(1_000, -1)).toBe(1_500);
});

it("bounds the WAL while hardly any page is written twice", async () => {
  await using folder = await newFolder();
  const file = `${folder.path}/chatnest.db`;
  const { db, files } = openDatabase(file);
  const checkpoints = openCheckpoints(db, files);
  const insert = db.prepare("INSERT INTO meta VALUES (?, ?)");
  for (let n = 0; n < 300; n++) {
    inTransaction(db, () => {
      for (let row = 0; row < 100; row++) insert.run(`${n}-${row}`, "x".repeat(3_000));
    });
    await files.syncWal();
    await checkpoints.makeIfDue();
  }
  const walBytes = statSync(`${file}-wal`).size;
  db.close();
  files.close();
  expect(walBytes).toBeLessThan(32 * 1024 * 1024);
  expect(statSync(file).size).toBeGreaterThan(100 * 1024 * 1024);
});
