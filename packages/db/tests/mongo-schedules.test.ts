import { inject } from "vitest";
import { describeSchedules } from "./describe-schedules.ts";
import { mongoKind } from "./mongo-kinds.ts";

for (const { name, uri } of inject("mongoDeployments")) {
  describeSchedules(`MongoDB ${name}`, mongoKind(uri), { changes: 50, inboxes: 130, erasures: 40 });
}
