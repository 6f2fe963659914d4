import { isStoreError, StoreError, type StoreErrorCode } from "../../errors.ts";
import type { Durably } from "./commits.ts";

/** How many functions one transaction runs at most, and how many may wait. */
const sizeMax = 64;
const waitingMax = 10_000;

/** What refuses a call before it has written anything, so that the others of its transaction are not undone. */
const refusals: readonly StoreErrorCode[] = ["not_found", "invalid"];

interface Job {
  /** Runs it, and returns what answers its caller. */
  run(): () => void;
  reject(error: unknown): void;
}

/**
 * Opens a way to write for small calls, many of which share a transaction. A function that throws `not_found` or `invalid` must
 * not have written anything. Functions run in the order of the calls.
 */
export function openSharedCommits(durably: Durably): Durably {
  let waiting: Job[] = [];
  let transactions = 0;

  async function commit(): Promise<void> {
    transactions++;
    let jobs: Job[] | undefined;
    try {
      const answers = await durably(() => {
        jobs = take();
        return jobs.map((job) => job.run());
      });
      for (const answer of answers) answer();
    } catch (error) {
      for (const { reject } of jobs ?? take()) reject(error);
    }
  }

  function take(): Job[] {
    transactions--;
    const jobs = waiting.slice(0, sizeMax);
    waiting = waiting.slice(sizeMax);
    return jobs;
  }

  return function share<TResult>(run: () => TResult): Promise<TResult> {
    if (waiting.length >= waitingMax) {
      return Promise.reject(new StoreError("unavailable", "too many calls wait to be written"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<TResult>();
    waiting.push({
      reject,
      run() {
        try {
          const result = run();
          return () => resolve(result);
        } catch (error) {
          if (!isStoreError(error) || !refusals.includes(error.code)) throw error;
          return () => reject(error);
        }
      },
    });
    if (waiting.length > transactions * sizeMax) void commit();
    return promise;
  };
}
