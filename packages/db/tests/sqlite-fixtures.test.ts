import { join } from "node:path";
import { expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { changeOldMessages, expectReadAsBefore, restoreSqlite } from "./fixtures.ts";
import { newFolder } from "./folder.ts";

it("reads a SQLite file of schema version 3 as it was, twice, and changes its messages", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  await restoreSqlite(file, "sqlite-3");
  const first = openSqliteStore(file);
  await expectReadAsBefore(first, "sqlite-3");
  await first.close();
  const second = openSqliteStore(file);
  await expectReadAsBefore(second, "sqlite-3");
  await changeOldMessages(second);
  await second.close();
  const third = openSqliteStore(file);
  expect(await third.log.heads(["c:lobby", "n:ann"])).toEqual(
    new Map([
      ["c:lobby", { seq: 12, count: 9, said_seq: 11 }],
      ["n:ann", { seq: 4, count: 3, said_seq: 3 }],
    ]),
  );
  await third.close();
});
