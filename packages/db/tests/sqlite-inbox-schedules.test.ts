import { join } from "node:path";
import fc from "fast-check";
import { afterEach, it, vi } from "vitest";
import type { MemberSettings, Mentions } from "../src/index.ts";
import { newFolder } from "./folder.ts";
import { upTo } from "./make.ts";
import { shareOf } from "./schedule-share.ts";
import { expectCounted, expectSettled } from "./sqlite-inbox-checks.ts";
import { type Deed, users, World } from "./sqlite-inbox-world.ts";

const rooms = ["room-1", "room-2", "room-3"];

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
  await fc.assert(schedule, { numRuns: shareOf(300), endOnFailure: true });
}, 600_000);
