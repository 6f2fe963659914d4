import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { openBackup } from "./backup.ts";

it("waits for a transaction that writes when the copy begins", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-backup-"));
  using db = new DatabaseSync(join(folder.path, "store.db"));
  db.exec("PRAGMA journal_mode = WAL; CREATE TABLE texts (text TEXT)");
  db.exec("BEGIN IMMEDIATE; INSERT INTO texts VALUES ('a')");
  const file = join(folder.path, "copy.db");
  const copying = openBackup(db)(file, () => {});
  copying.catch(() => {});
  await pause(100);
  db.exec("COMMIT");
  await copying;
  using copy = new DatabaseSync(file);
  expect(copy.prepare("SELECT text FROM texts").all()).toEqual([{ text: "a" }]);
});

it("ends when the store is closed before the copy begins", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-backup-"));
  const db = new DatabaseSync(join(folder.path, "store.db"));
  db.exec("CREATE TABLE texts (text TEXT); BEGIN IMMEDIATE; INSERT INTO texts VALUES ('a')");
  const copying = openBackup(db)(join(folder.path, "copy.db"), () => {});
  copying.catch(() => {});
  await pause(100);
  db.close();
  await expect(copying).rejects.toThrow("closed during the backup");
});

it("says that the disk of the copy is full, not that of the store", async () => {
  using db = new DatabaseSync(":memory:");
  db.exec("CREATE TABLE texts (text TEXT)");
  const copying = openBackup(db)("/dev/full", () => {});
  await expect(copying).rejects.toMatchObject({
    code: "unavailable",
    message: "the copy cannot be written: the disk is full",
  });
});
