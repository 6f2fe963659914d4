import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { fanOutMax } from "../src/inbox.ts";
import { openSqliteStore } from "../src/index.ts";
import { inboxSql } from "../src/sqlite/inbox.ts";
import { expectReadAsBefore, restoreSqlite } from "./fixtures.ts";
import { newFolder } from "./folder.ts";
import { appendAll } from "./log.ts";
import { newMessage, newUsers, upTo } from "./make.ts";
import { type Deed, users, World } from "./sqlite-inbox-world.ts";

const rooms = ["room-1", "room-2", "room-3"];
const runs = Number(process.env["CHATNEST_TEST_SCHEDULES"] || 80);

const user = fc.constantFrom(...users);
const room = fc.constantFrom(...rooms);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("send" as const), user, room, age: fc.nat(5) }),
  },
  fc.record({ kind: fc.constant("create" as const), room }),
  fc.record({ kind: fc.constant("join" as const), user, room }),
  fc.record({ kind: fc.constant("leave" as const), user, room }),
  fc.record({ kind: fc.constant("crowd" as const), room }),
  fc.record({ kind: fc.constant("fail" as const), user, room }),
  fc.record({ kind: fc.constant("refuse" as const), user, room }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(20_000, 90_000),
    }),
  },
  fc.record({ kind: fc.constant("reopen" as const) }),
);

afterEach(() => {
  vi.useRealTimers();
});

it("shows inboxes as what was done says, after any schedule", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  const schedule = fc.asyncProperty(
    fc.array(deed, { minLength: 5, maxLength: 40 }),
    async (deeds) => {
      await using folder = await newFolder();
      const file = join(folder.path, "chatnest.db");
      const world = new World(file);
      for (const each of deeds) {
        await world.do(each);
        await world.check();
      }
      for (const _ of upTo(3)) await world.do({ kind: "wait", ms: 90_000 });
      await world.check();
      await world.close();
      expectSettled(file);
    },
  );
  await fc.assert(schedule, { numRuns: runs, endOnFailure: true });
}, 600_000);

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
  expect({ settled, position }).toEqual({
    settled: 2,
    position: { id: "room", last_activity_at: new Date(Number(last_activity_at)).toISOString() },
  });
  expectSettled(file);
});

it.each([20, 2_000])(
  "leaves a page of %d quiet conversations nothing to read but its rows",
  async (count) => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    await using folder = await newFolder();
    const file = join(folder.path, "chatnest.db");
    const store = openSqliteStore(file);
    await appendAll(
      store,
      upTo(count).map((n) => newMessage({ user_id: "ann", conversation_id: `room-${n}` })),
    );
    for (const _ of upTo(count / 20 + 9)) {
      await vi.advanceTimersByTimeAsync(15_000);
      await store.renewEpoch();
    }
    await store.close();
    expectSettled(file);
    using db = new DatabaseSync(file);
    // By their plans, which a test has, they step over no more than they return.
    const unsettled = db.prepare(inboxSql.unsettled).all("ann");
    const before = db.prepare(inboxSql.before).all("ann", Number.MAX_SAFE_INTEGER, 20);
    expect([unsettled.length, before.length]).toEqual([0, 20]);
  },
);

/** Checks that all memberships have the activity of their conversations, but none of those that are large. */
function expectSettled(file: string): void {
  using db = new DatabaseSync(file);
  const wrong = db.prepare(`SELECT * FROM members JOIN conversations ON id = conversation_id
    WHERE settled = 0 OR active_at IS NOT iif(settled = 1, last_activity_at, NULL)`);
  expect(wrong.all()).toEqual([]);
}
