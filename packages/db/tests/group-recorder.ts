import { GroupCommit, type GroupCommitOptions } from "../src/commit/group-commit.ts";

/** `a1` is the first item of lane a. */
export type Item = string;
export type Result = ReturnType<typeof done>;
type Options = Partial<GroupCommitOptions<Item, Result>>;

/** What becomes of an item that was written. */
export function done(item: Item) {
  return { item, created: true };
}

/** A group commit whose groups are kept, and written when the test says so. */
export function createRecorder(options: Options = {}) {
  const groups: Item[][] = [];
  const finish: PromiseWithResolvers<void>[] = [];
  const group = new GroupCommit<Item, Result>({
    store: "sqlite",
    laneOf: (item) => item.slice(0, 1),
    async write(jobs) {
      groups.push(jobs.map(({ item }) => item));
      const written = Promise.withResolvers<void>();
      finish.push(written);
      await written.promise;
      for (const { item, resolve } of jobs) resolve(done(item));
    },
    groupSizeMax: 4,
    groupsInFlightMax: 2,
    ...options,
  });
  return { group, groups, finish };
}

/** Waits for more turns of the event loop than a group waits for others to come. */
export async function nextTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
