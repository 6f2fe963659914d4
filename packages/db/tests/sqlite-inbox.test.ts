import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, it, vi } from "vitest";
import { fanOutMax } from "../src/inbox.ts";
import { openSqliteStore } from "../src/index.ts";
import { expectReadAsBefore, restoreSqlite } from "./fixtures.ts";
import { newFolder } from "./folder.ts";
import { newUsers, upTo } from "./make.ts";
import { expectSettled } from "./sqlite-inbox-checks.ts";

afterEach(() => {
  vi.useRealTimers();
});

it("gives the memberships of a file of an earlier version their activity, soon after it is opened", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  await restoreSqlite(file, "sqlite-3");
  const unsettled = async () => {
    const store = openSqliteStore(file);
    await expectReadAsBefore(store, "sqlite-3");
    await store.close();
    using db = new DatabaseSync(file);
    return db.prepare("SELECT id FROM conversations WHERE settled = 0").all();
  };
  await expect.poll(unsettled).toEqual([]);
  expectSettled(file);
  const store = openSqliteStore(file);
  await expectReadAsBefore(store, "sqlite-3");
  await store.close();
});

it("finds out that a settled conversation has become too large by a join", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  const store = openSqliteStore(file);
  const settleAll = async () => {
    for (const _ of upTo(6)) {
      await vi.advanceTimersByTimeAsync(20_000);
      await store.renewEpoch();
    }
  };
  await store.conversations.create({ id: "room", user_ids: newUsers(fanOutMax) });
  await settleAll();
  await store.members.join({ conversation_id: "room", user_id: "one more" });
  await settleAll();
  const [position] = await store.conversations.inbox("one more", { limit: 1 });
  await store.close();
  using db = new DatabaseSync(file);
  const { settled, last_activity_at } = { ...db.prepare("SELECT * FROM conversations").get() };
  expect({ settled, position }).toMatchObject({
    settled: 2,
    position: { id: "room", last_activity_at: new Date(Number(last_activity_at)).toISOString() },
  });
  expectSettled(file);
});
