import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { fanOutMax } from "../src/inbox.ts";
import { type MemberSettings, type Mentions, openSqliteStore } from "../src/index.ts";
import { expectReadAsBefore, restoreSqlite } from "./fixtures.ts";
import { newFolder } from "./folder.ts";
import { newUsers, upTo } from "./make.ts";
import { type Deed, users, World } from "./sqlite-inbox-world.ts";

const rooms = ["room-1", "room-2", "room-3"];
const runs = Number(process.env["CHATNEST_TEST_SCHEDULES"] || 80);

const user = fc.constantFrom(...users);
const room = fc.constantFrom(...rooms);
const settings: fc.Arbitrary<Partial<MemberSettings>> = fc.record(
  {
    muted_until: fc.constantFrom(
      ...[null, "2020-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"],
      new Date(Date.now() + 120_000).toISOString(),
    ),
    pinned: fc.boolean(),
    archived: fc.boolean(),
  },
  { requiredKeys: [] },
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("send" as const), user, room, age: fc.nat(5) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ kind: fc.constant("send" as const), user, room, age: fc.nat(1) },
      mentions: fc.constantFrom<Mentions>("everyone", ["ann"], ["bob", "cy"], ["cy", "ann"]),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("react", "delete", "read", "late", "unread"),
      ...{ user, room, share: fc.double({ min: 0, max: 0.999, noNaN: true }) },
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("set" as const), user, room, settings }),
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
      expectCounted(file);
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
  expect({ settled, position }).toMatchObject({
    settled: 2,
    position: { id: "room", last_activity_at: new Date(Number(last_activity_at)).toISOString() },
  });
  expectSettled(file);
});

/** Checks that all memberships have the activity of their conversations, but none of those that are large. */
function expectSettled(file: string): void {
  using db = new DatabaseSync(file);
  const wrong = db.prepare(`SELECT * FROM members JOIN conversations ON id = conversation_id
    WHERE settled = 0 OR active_at IS NOT iif(settled = 1, last_activity_at, NULL)`);
  expect(wrong.all()).toEqual([]);
}

/** Checks that what is counted in spans is what there is. */
function expectCounted(file: string): void {
  using db = new DatabaseSync(file);
  const differences = (counted: string, rows: string) => {
    return [
      ...db.prepare(`${counted} EXCEPT ${rows}`).all(),
      ...db.prepare(`${rows} EXCEPT ${counted}`).all(),
    ];
  };
  const mentions = differences(
    "SELECT stream, mentioned, span, count FROM mention_spans WHERE count <> 0",
    "SELECT stream, mentioned, seq >> 10, count(*) FROM mentions GROUP BY 1, 2, 3",
  );
  const deletions = differences(
    "SELECT stream, span, count FROM deletion_spans",
    "SELECT stream, seq >> 10, count(*) FROM messages WHERE changed = 0 GROUP BY 1, 2",
  );
  expect([mentions, deletions]).toEqual([[], []]);
}
