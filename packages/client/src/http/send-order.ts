import type { AbortSignalLike } from "../platform.ts";
import { orAborted } from "./abort.ts";

/** Does what comes to a lane one after another, in the order in which it came; an abort takes out what still waits. */
export type SendOrder = <T>(
  lane: string,
  signal: AbortSignalLike,
  task: () => Promise<T>,
) => Promise<T>;

/** Makes lanes that know nothing of one another; one that is empty costs nothing. */
export function createSendOrder(): SendOrder {
  const ends = new Map<string, Promise<void>>();
  return (lane, signal, task) => {
    const before = ends.get(lane) ?? Promise.resolve();
    const done = orAborted(before, signal).then(task);
    // Also of what leaves early: the next still waits for the one before.
    const end = Promise.allSettled([before, done]).then(() => {
      if (ends.get(lane) === end) ends.delete(lane);
    });
    ends.set(lane, end);
    return done;
  };
}
