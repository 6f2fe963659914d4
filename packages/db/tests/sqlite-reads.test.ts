import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, vi } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { newFolder } from "./folder.ts";
import { appendAll, expectRefusal } from "./log.ts";
import { newMessages, newUsers, upTo } from "./make.ts";
import { ann, bob, conversation_id, openRoom, stateOf } from "./sqlite-room.ts";

it("writes many marks of SQLite in few transactions, and answers each with its own state", async () => {
  await using opened = await openRoom();
  const { store, say } = opened;
  await say(10);
  const users = newUsers(600);
  await store.conversations.create({ id: "large", user_ids: users });
  await appendAll(store, newMessages(600, { conversation_id: "large", user_id: "bob" }));
  const exec = vi.spyOn(DatabaseSync.prototype, "exec");
  const states = await Promise.all(
    users.map((user_id, index) => {
      return store.reads.mark({ conversation_id: "large", user_id }, { read_seq: index });
    }),
  );
  const commits = exec.mock.calls.filter(([sql]) => sql === "COMMIT");
  vi.restoreAllMocks();
  expect(states.map(({ unread_count }) => unread_count)).toEqual(users.map((_, n) => 600 - n));
  expect(commits.length).toBeLessThanOrEqual(12);
});

it("refuses marks one by one in a transaction that they share", async () => {
  await using opened = await openRoom();
  const { store, say } = opened;
  await say(9);
  const stranger = { conversation_id, user_id: "nobody" };
  const outcomes = await Promise.allSettled([
    store.reads.mark(ann, { read_seq: 3 }),
    store.reads.mark(ann, { read_seq: 10 }),
    store.reads.mark(stranger, { read_seq: 1 }),
    store.members.update(stranger, { pinned: true }),
    store.members.update(ann, { pinned: true }),
    store.reads.mark(ann, { read_seq: 5 }),
  ]);
  expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([
    ...[true, false, false, false, true, true],
  ]);
  expect(await stateOf(store)).toMatchObject({ read_seq: 5, unread_count: 4 });
  expect(await store.conversations.inbox("ann", { limit: 1 })).toMatchObject([{ pinned: true }]);
});

it("changes nothing by marks whose transaction fails, and goes on with the next", async () => {
  await using opened = await openRoom();
  const { store, say } = opened;
  await say(9);
  const heard: unknown[] = [];
  store.watch(({ kind }) => heard.push(kind));
  const { exec } = DatabaseSync.prototype;
  vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (this: DatabaseSync, sql) {
    if (sql === "COMMIT") throw new Error("database or disk is full");
    exec.call(this, sql);
  });
  const failed = await Promise.allSettled([
    ...upTo(70).map((n) => store.reads.mark(ann, { read_seq: n % 9 })),
    ...upTo(70).map(() => store.members.update(bob, { pinned: true })),
  ]);
  vi.restoreAllMocks();
  expect(new Set(failed.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  expect(heard).toEqual([]);
  expect(await stateOf(store)).toMatchObject({ read_seq: 0, unread_count: 9 });
  await store.reads.mark(ann, { read_seq: 9 });
  expect(await stateOf(store)).toMatchObject({ read_seq: 9, unread_count: 0 });
  expect(heard).toEqual(["read"]);
});

it("refuses marks beyond the 10,000 that may wait, unwritten", async () => {
  await using opened = await openRoom();
  const { store, say } = opened;
  await say(3);
  const marks = upTo(10_050).map((n) => store.reads.mark(ann, { read_seq: n > 10_000 ? 3 : 1 }));
  const outcomes = await Promise.allSettled(marks);
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(50);
  await expectRefusal(marks.at(-1) ?? Promise.resolve(), "unavailable");
  expect(await stateOf(store)).toMatchObject({ read_seq: 1 });
});

it("has what was acknowledged right after a crash, own sends and marks alike", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  await using opened = await openRoom(file);
  const { store, say } = opened;
  await say(5);
  await say(1, "ann");
  await say(4);
  await store.reads.mark(bob, { unread_from: 6 });
  await store.members.update(bob, { archived: true });
  const copy = join(folder.path, "copy.db");
  // As a crash leaves them: what is not in the WAL is lost.
  await copyFile(file, copy);
  await copyFile(`${file}-wal`, `${copy}-wal`);
  const again = openSqliteStore(copy);
  expect(await stateOf(again)).toEqual(await stateOf(store));
  expect(await stateOf(again)).toMatchObject({ read_seq: 6, unread_count: 4 });
  expect(await stateOf(again, bob)).toMatchObject({ read_seq: 5, revision: 1, unread_count: 1 });
  expect(await again.conversations.inbox("bob", { limit: 2, archived: true })).toHaveLength(1);
  await again.close();
});

it("keeps read states while the conversation of a mark is woken and settled under it", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  await using opened = await openRoom(file);
  const { store, say } = opened;
  let head = 0;
  for (const round of upTo(12)) {
    const writes: Promise<unknown>[] = [say(2), store.members.update(ann, { pinned: true })];
    head += 2;
    if (round > 1) writes.push(store.reads.mark(ann, { read_seq: head - 3 }));
    for (const _ of upTo(4)) {
      await vi.advanceTimersByTimeAsync(20_000);
      writes.push(store.reads.mark(bob, { read_seq: head - 2 }));
    }
    await Promise.all(writes);
    await store.renewEpoch();
    const unread_count = round > 1 ? 3 : 2;
    expect(await stateOf(store)).toMatchObject({ unread_count });
    expect(await store.reads.totals("ann")).toMatchObject({ messages: unread_count });
    expect(await stateOf(store, bob)).toMatchObject({ read_seq: head, unread_count: 0 });
  }
  vi.useRealTimers();
});
