import { describeSchedules } from "./describe-schedules.ts";
import { sqliteFile, sqliteMemory } from "./sqlite-kinds.ts";

describeSchedules("SQLite file", sqliteFile, { changes: 1_000, inboxes: 1_000, erasures: 500 });
describeSchedules("SQLite :memory:", sqliteMemory, {
  changes: 1_000,
  inboxes: 10_000,
  erasures: 500,
});
