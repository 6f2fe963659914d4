import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { migrate } from "../schema.ts";
import { addTouch, openTouching, type Touch, type Touches } from "./touches.ts";

const message = { seq: 1, writtenAt: 1_000, saidAt: 500 };

it("creates a conversation with the time of its first message, also when later ones are older", () => {
  using log = openRows();
  log.touch([message, { seq: 2, writtenAt: 1_001, saidAt: 300 }]);
  expect(log.row()).toMatchObject({ created_at: 500, last_activity_at: 300, last_seq: 2 });
});

it("keeps the activity of the newest message when a change follows it", () => {
  using log = openRows();
  log.touch([message, { seq: 2, writtenAt: 1_001 }]);
  expect(log.row()).toMatchObject({ last_activity_at: 500, last_seq: 2, written_at: 1_001 });
  log.touch([{ seq: 3, writtenAt: 1_002 }]);
  expect(log.row()).toMatchObject({ last_activity_at: 500, last_seq: 3, written_at: 1_002 });
});

it("writes the same row as one touch after the other, also where the conversation was quiet", () => {
  const minute = 60_000;
  const later: Touch[] = [
    { seq: 3, writtenAt: 3 * minute },
    { seq: 4, writtenAt: 3 * minute + 1, saidAt: 700 },
    { seq: 5, writtenAt: 3 * minute + 1, saidAt: 600 },
    { seq: 6, writtenAt: 3 * minute + 2 },
  ];
  using together = openRows();
  using apart = openRows();
  for (const log of [together, apart]) log.touch([message, { ...message, seq: 2 }]);
  together.touch(later);
  for (const touch of later) apart.touch([touch]);
  expect(together.row()).toEqual(apart.row());
  expect(together.row()).toMatchObject({ quiet_seq: 2, last_seq: 6, last_activity_at: 600 });
});

function openRows() {
  const db = new DatabaseSync(":memory:");
  migrate(db);
  const write = openTouching(db);
  return {
    touch(all: readonly Touch[]) {
      const touches: Touches = new Map();
      for (const touch of all) addTouch(touches, "room", touch);
      write(touches);
    },
    row: () => db.prepare("SELECT * FROM conversations WHERE id = 'room'").get(),
    [Symbol.dispose]: () => db.close(),
  };
}
