import type { AbortSignalLike } from "../platform.ts";
import { orAborted } from "./abort.ts";

/**
 * Runs the tasks of a lane one after another, in the order of the calls. A task whose signal aborts while it waits
 * never starts.
 */
export type SendOrder = <T>(
  lane: string,
  signal: AbortSignalLike,
  task: () => Promise<T>,
) => Promise<T>;

/** Creates a send order. Its lanes do not wait for one another, and an empty one uses no memory. */
export function createSendOrder(): SendOrder {
  const ends = new Map<string, Promise<void>>();
  return (lane, signal, task) => {
    const before = ends.get(lane) ?? Promise.resolve();
    const done = orAborted(before, signal).then(task);
    // A task that is aborted while it waits keeps its place: the next one still waits for the one before it.
    const end = Promise.allSettled([before, done]).then(() => {
      if (ends.get(lane) === end) ends.delete(lane);
    });
    ends.set(lane, end);
    return done;
  };
}
