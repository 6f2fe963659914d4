import fc from "fast-check";
import { it } from "vitest";
import { drawnSchedule, type Step } from "../drawn-deeds.ts";
import { type Clocked, InboxSchedule } from "../inbox-schedule.ts";

/** Nothing more is done, until all has been quiet for long. */
const end: Step = { deeds: [], passes: 70_000, isQuiet: true, reopens: false };

/** How many schedules to try, and whether the same one does the same again. */
interface Trying {
  runs: number;
  isRepeatable: boolean;
}

/** Any schedule of what users do, while conversations wake and settle, against an oracle of what each user has to see. */
export function inboxSchedulesContract(
  clocked: () => Clocked,
  { runs, isRepeatable }: Trying,
): void {
  it("leave each user with exactly what is new, after any schedule", async () => {
    const schedule = fc.asyncProperty(drawnSchedule, async ({ crowd, steps }) => {
      const schedule = new InboxSchedule(clocked);
      await schedule.begin(crowd);
      for (const step of [...steps, end, end]) await schedule.run(step);
    });
    // Only a failure that comes again can be shrunk.
    await fc.assert(schedule, { numRuns: runs, endOnFailure: !isRepeatable });
  }, 3_600_000);
}
