import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, inject, it, vi } from "vitest";
import { createConnection } from "../src/mongo/connection/connection.ts";
import { ensureSchema } from "../src/mongo/connection/schema.ts";
import { type Deed, type Round, rooms, startWorld, users } from "./mongo-inbox-world.ts";
import { shareOf } from "./schedule-share.ts";
import { Stage } from "./stepped.ts";
import { withDatabase } from "./with-database.ts";

const name = fc.constantFrom(...users);
const room = fc.constantFrom(...rooms);
const by = fc.nat(2);
const inRoom = { by, user: name, room };
const share = fc.nat(20).map((n) => n / 20);
const mentions = fc.option(
  fc.oneof(fc.constant("everyone" as const), fc.subarray([...users], { minLength: 1 })),
  {
    nil: undefined,
  },
);
const days = fc.integer({ min: -2, max: 2 });
const settings = fc.record(
  {
    muted_until: fc.option(
      days.map((count) => new Date(Date.now() + count * 86_400_000).toISOString()),
    ),
    pinned: fc.boolean(),
    archived: fc.boolean(),
  },
  { requiredKeys: [] },
);
const send = fc.record({
  kind: fc.constant("send" as const),
  ...inRoom,
  age: fc.nat(3),
  mentions,
});
const mark = fc.record({
  kind: fc.constantFrom("read" as const, "unread" as const),
  ...inRoom,
  share,
});
const settle = fc.record({ kind: fc.constant("settle" as const), by });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  send,
  send,
  mark,
  mark,
  settle,
  settle,
  fc.record({ kind: fc.constant("set" as const), ...inRoom, settings }),
  fc.record({ kind: fc.constant("delete" as const), ...inRoom, share }),
  fc.record({ kind: fc.constant("leave" as const), ...inRoom }),
  fc.record({ kind: fc.constant("page" as const), by, user: name }),
  fc.record({ kind: fc.constant("totals" as const), by, user: name }),
);
// What has fallen quiet is settled while one of two members does something there.
const small = { by, user: fc.constantFrom("ann", "bob"), room: fc.constant("room-1") };
const meanwhile: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constant("read" as const), ...small, share }),
  fc.record({ kind: fc.constant("unread" as const), ...small, share }),
  fc.record({ kind: fc.constant("delete" as const), ...small, share }),
  fc.record({ kind: fc.constant("send" as const), ...small, age: fc.nat(1), mentions }),
  settle,
);
const choices = fc.array(fc.nat(9), { minLength: 8, maxLength: 40 });
const kills = fc.array(fc.nat(60), { maxLength: 2 });
const round: fc.Arbitrary<Round> = fc.record({
  deeds: fc.array(deed, { minLength: 1, maxLength: 5 }),
  choices,
  kills,
  passes: fc.constantFrom(0, 40_000, 70_000, 130_000, 200_000),
});
const settling: fc.Arbitrary<Round[]> = fc
  .record({
    sends: fc.tuple(fc.record({ kind: fc.constant("send" as const), ...inRoom, age: fc.nat(1) })),
    deeds: fc.tuple(settle, meanwhile, meanwhile),
    choices,
    passes: fc.constantFrom(0, 70_000),
  })
  .map(({ sends: [send], deeds, ...more }) => [
    { ...more, deeds: [{ ...send, room: "room-1" }], kills: [], passes: 200_000 },
    { ...more, deeds, kills: [] },
  ]);
const schedules = fc
  .array(
    fc.oneof(
      round.map((one) => [one]),
      settling,
    ),
    { minLength: 4, maxLength: 8 },
  )
  .map((all) => all.flat());

afterEach(() => {
  vi.useRealTimers();
});

describe.each(inject("mongoDeployments"))("MongoDB $name inboxes", ({ uri }) => {
  it("are what the logs say after any interleaving of sends, joins, leaves, marks and settlings", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const ofTest = withDatabase(uri, `chatnest_test_${randomUUID()}`);
    const stage = new Stage(ofTest);
    const plain = createConnection(ofTest);
    await ensureSchema(plain);
    const parts = { stage, connections: users.map((user) => stage.connect(user)), plain };
    const schedule = fc.asyncProperty(schedules, async (drawn) => {
      const world = await startWorld(parts);
      for (const each of drawn) await world.run(each);
      await world.end();
    });
    try {
      await fc.assert(schedule, { numRuns: shareOf(40), endOnFailure: true });
    } finally {
      await plain.db.dropDatabase();
      await plain.client.close();
      await stage.close();
    }
  }, 3_600_000);
});
