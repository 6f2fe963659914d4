import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { readHead } from "../src/read-head.ts";
import { describeStore } from "./describe-store.ts";
import { newFolder } from "./folder.ts";
import { expectCrowdRefused, send } from "./log.ts";
import { newMessage } from "./make.ts";
import { sqliteFile, sqliteMemory } from "./sqlite-kinds.ts";

describeStore("SQLite file", sqliteFile);
describeStore("SQLite :memory:", sqliteMemory);

describe("opening a SQLite file", () => {
  it("makes the folders that are not there", async () => {
    await using folder = await newFolder();
    const file = join(folder.path, "deep", "er", "chatnest.db");
    const store = openSqliteStore(file);
    await send(store, newMessage());
    await store.close();
  });

  it("refuses a file that another store has open, which goes on unharmed", async () => {
    await using folder = await newFolder();
    const file = join(folder.path, "chatnest.db");
    const store = openSqliteStore(file);
    await send(store, newMessage({ conversation_id: "room" }));
    expectCannotOpen(file);
    await send(store, newMessage({ conversation_id: "room" }));
    expectCannotOpen(file);
    expect(await readHead(store.log, "c:room")).toBe(2);
    await store.close();
    const next = openSqliteStore(file);
    expect(await readHead(next.log, "c:room")).toBe(2);
    await next.close();
  });

  it("refuses a folder", async () => {
    await using folder = await newFolder();
    expectCannotOpen(folder.path);
  });

  it("refuses a file below a file", async () => {
    await using folder = await newFolder();
    await writeFile(join(folder.path, "file"), "");
    expectCannotOpen(join(folder.path, "file", "chatnest.db"));
  });

  it("refuses a file that is no database and leaves it as it is", async () => {
    await using folder = await newFolder();
    const file = join(folder.path, "letter.txt");
    const letter = "Dear Ann, ".repeat(1_000);
    await writeFile(file, letter);
    expectCannotOpen(file);
    expect(await readFile(file, "utf8")).toBe(letter);
  });

  it("makes a folder that other users of the machine cannot read", async () => {
    await using folder = await newFolder();
    const data = join(folder.path, "some", "data");
    await openSqliteStore(join(data, "chatnest.db")).close();
    expect((await stat(data)).mode & 0o777).toBe(0o700);
  });

  it("refuses a folder that no system makes, and says so at once", () => {
    expectCannotOpen("/proc/nowhere/chatnest.db");
  });

  it("refuses a SQLite database of something else and leaves it as it is", async () => {
    await using folder = await newFolder();
    const file = join(folder.path, "other.db");
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE messages (text TEXT)");
    other.close();
    expectCannotOpen(file);
    using same = new DatabaseSync(file);
    expect(same.prepare("SELECT name FROM sqlite_schema").all()).toEqual([{ name: "messages" }]);
  });

  it("takes names of files for names, not for URIs or options", async () => {
    await using folder = await newFolder();
    const file = join(folder.path, "file:a?mode=memory#%41 b.db");
    const store = openSqliteStore(file);
    await send(store, newMessage({ conversation_id: "room" }));
    await store.close();
    const again = openSqliteStore(file);
    expect(await readHead(again.log, "c:room")).toBe(1);
    await again.close();
  });
});

it("SQLite refuses sends beyond the 10,000 that may wait", async () => {
  await using opened = await sqliteMemory.open();
  await expectCrowdRefused(opened.store);
});

it("SQLite refuses a send that has waited for 12 s, unwritten", async () => {
  await using opened = await sqliteMemory.open();
  const { store } = opened;
  const sending = send(store, newMessage({ conversation_id: "room" }));
  const { now } = performance;
  vi.spyOn(performance, "now").mockImplementation(() => now.call(performance) + 12_500);
  try {
    await expect(sending).rejects.toMatchObject({ name: "StoreError", code: "unavailable" });
  } finally {
    vi.restoreAllMocks();
  }
  expect(await readHead(store.log, "c:room")).toBe(0);
  const next = await send(store, newMessage({ conversation_id: "room" }));
  expect(next.message.seq).toBe(1);
});

function expectCannotOpen(file: string): void {
  expect(() => openSqliteStore(file)).toThrow(
    expect.objectContaining({ name: "StoreError", code: "cannot_open" }),
  );
}
