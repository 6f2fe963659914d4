import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, inject, it, vi } from "vitest";
import { createConnection } from "../src/mongo/connection/connection.ts";
import { ensureSchema } from "../src/mongo/connection/schema.ts";
import { type Deed, type Round, rooms, startWorld, users } from "./mongo-inbox-world.ts";
import { Stage } from "./stepped.ts";
import { withDatabase } from "./with-database.ts";

const runs = Number(process.env["CHATNEST_TEST_SCHEDULES"] || 40);

const name = fc.constantFrom(...users);
const room = fc.constantFrom(...rooms);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant("send" as const),
    by: fc.nat(2),
    user: name,
    room,
    age: fc.nat(9),
  }),
  fc.record({ kind: fc.constant("leave" as const), by: fc.nat(2), user: name, room }),
  fc.record({ kind: fc.constant("settle" as const), by: fc.nat(2) }),
  fc.record({ kind: fc.constant("page" as const), by: fc.nat(2), user: name }),
);
const round: fc.Arbitrary<Round> = fc.record({
  deeds: fc.array(deed, { minLength: 1, maxLength: 5 }),
  choices: fc.array(fc.nat(9), { minLength: 8, maxLength: 40 }),
  kills: fc.array(fc.nat(60), { maxLength: 2 }),
  passes: fc.constantFrom(0, 40_000, 70_000, 130_000, 200_000),
});

afterEach(() => {
  vi.useRealTimers();
});

describe.each(inject("mongoDeployments"))("MongoDB $name inboxes", ({ uri }) => {
  it("are what the logs say after any interleaving of sends, joins, leaves and settlings", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const ofTest = withDatabase(uri, `chatnest_test_${randomUUID()}`);
    const stage = new Stage(ofTest);
    const plain = createConnection(ofTest);
    await ensureSchema(plain);
    const parts = { stage, connections: users.map((user) => stage.connect(user)), plain };
    const rounds = fc.array(round, { minLength: 3, maxLength: 8 });
    const schedule = fc.asyncProperty(rounds, async (drawn) => {
      const world = await startWorld(parts);
      for (const each of drawn) await world.run(each);
      await world.end();
    });
    try {
      await fc.assert(schedule, { numRuns: runs, endOnFailure: true });
    } finally {
      await plain.db.dropDatabase();
      await plain.client.close();
      await stage.close();
    }
  }, 3_600_000);
});
