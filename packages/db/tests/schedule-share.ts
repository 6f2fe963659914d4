import { inject } from "vitest";

/** Returns how many of a number of random schedules to try: all in `npm run test:schedules`, some of them in `npm test`. */
export function shareOf(schedules: number): number {
  return Math.ceil(schedules * inject("scheduleShare"));
}
