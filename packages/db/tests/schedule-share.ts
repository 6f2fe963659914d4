import { inject } from "vitest";

/** Returns how many of a number of random schedules to try: all in `npm run test:schedules`, some of them in `npm test`. */
export function shareOf(schedules: number): number {
  return Math.ceil(schedules * inject("scheduleShare"));
}

/** Returns the seed of all schedules: the same in each run, so that a failure is that of a change. `npm test` draws new ones. */
export function seedOfAll(): { seed?: number } {
  return inject("scheduleShare") === 1 ? { seed: 20_261_130 } : {};
}
