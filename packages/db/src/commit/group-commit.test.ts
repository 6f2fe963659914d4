import { describe, expect, it } from "vitest";
import { GroupCommit, type GroupCommitOptions } from "./group-commit.ts";
import type { Job } from "./job.ts";

/** `a1` is the first item of lane a. */
type Item = string;
type Options = Partial<GroupCommitOptions<Item, string>>;

/** A group commit whose groups are kept, and written when the test says so. */
function createRecorder(options: Options = {}) {
  const groups: Item[][] = [];
  const finish: PromiseWithResolvers<void>[] = [];
  const group = new GroupCommit<Item, string>({
    laneOf: (item) => item.slice(0, 1),
    async write(jobs) {
      groups.push(jobs.map(({ item }) => item));
      const written = Promise.withResolvers<void>();
      finish.push(written);
      await written.promise;
      for (const { item, resolve } of jobs) resolve(`${item} done`);
    },
    groupSizeMax: 4,
    groupsInFlightMax: 2,
    ...options,
  });
  return { group, groups, finish };
}

// More turns of the event loop than a group may wait for others to come.
async function nextTurn(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("GroupCommit", () => {
  it("writes together what arrives together", async () => {
    const { group, groups, finish } = createRecorder();
    const results = Promise.all(["a1", "b1", "a2"].map((item) => group.add(item)));
    await nextTurn();
    expect(groups).toEqual([["a1", "a2", "b1"]]);
    finish[0]?.resolve();
    expect(await results).toEqual(["a1 done", "b1 done", "a2 done"]);
  });

  it("has a lane in one group at a time, and others in the next meanwhile", async () => {
    const { group, groups, finish } = createRecorder();
    const first = group.add("a1");
    await nextTurn();
    const rest = Promise.all(["a2", "b1"].map((item) => group.add(item)));
    await nextTurn();
    expect(groups).toEqual([["a1"], ["b1"]]);
    finish[0]?.resolve();
    await first;
    await nextTurn();
    expect(groups).toEqual([["a1"], ["b1"], ["a2"]]);
    finish[1]?.resolve();
    finish[2]?.resolve();
    expect(await rest).toEqual(["a2 done", "b1 done"]);
  });

  it("splits what is too large, and lets no lane starve", async () => {
    const { group, groups, finish } = createRecorder({ groupsInFlightMax: 1 });
    const busy = ["a1", "a2", "a3", "a4", "a5", "a6", "b1"].map((item) => group.add(item));
    await nextTurn();
    finish[0]?.resolve();
    await nextTurn();
    finish[1]?.resolve();
    await Promise.all(busy);
    expect(groups).toEqual([
      ["a1", "a2", "a3", "a4"],
      ["b1", "a5", "a6"],
    ]);
  });

  it("writes no more lanes that are alone at once than it may", async () => {
    const { group, groups, finish } = createRecorder({ isAlone: () => true, lanesAloneMax: 2 });
    const all = Promise.all(["a1", "b1", "c1", "a2"].map((item) => group.add(item)));
    await nextTurn();
    expect(groups).toEqual([["a1", "a2"], ["b1"]]);
    finish[0]?.resolve();
    await nextTurn();
    expect(groups).toEqual([["a1", "a2"], ["b1"], ["c1"]]);
    for (const written of finish) written.resolve();
    await all;
  });

  it("gives up unwritten what has waited for too long, and goes on with what came later", async () => {
    const { group, groups, finish } = createRecorder({ groupsInFlightMax: 1, waitMsMax: 1_000 });
    const first = group.add("a1");
    await nextTurn();
    const late = Promise.allSettled(["a2", "b1"].map((item) => group.add(item)));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const last = group.add("a3");
    await nextTurn();
    for (const result of await late) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    }
    finish[0]?.resolve();
    await first;
    await nextTurn();
    finish[1]?.resolve();
    expect(await last).toBe("a3 done");
    expect(groups).toEqual([["a1"], ["a3"]]);
  });

  it("refuses what comes while too much waits, and takes more when some was written", async () => {
    const { group, groups, finish } = createRecorder({ groupsInFlightMax: 1, waitingMax: 2 });
    const first = group.add("a1");
    await nextTurn();
    const waiting = [group.add("a2"), group.add("b1")];
    const refusal = { code: "unavailable", message: expect.stringContaining("too many") };
    await expect(group.add("c1")).rejects.toMatchObject(refusal);
    finish[0]?.resolve();
    await first;
    await nextTurn();
    const last = group.add("c2");
    finish[1]?.resolve();
    await Promise.all(waiting);
    await nextTurn();
    finish[2]?.resolve();
    await last;
    expect(groups).toEqual([["a1"], ["a2", "b1"], ["c2"]]);
  });

  it("takes more when what waited was given up, though nothing was written", async () => {
    const { group, finish } = createRecorder({ waitingMax: 1, waitMsMax: 100 });
    const first = group.add("a1");
    await nextTurn();
    const behind = expect(group.add("a2")).rejects.toMatchObject({ code: "unavailable" });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await expect(group.add("b1")).rejects.toMatchObject({ code: "unavailable" });
    await behind;
    const last = group.add("b2");
    await nextTurn();
    for (const written of finish) written.resolve();
    expect(await Promise.all([first, last])).toEqual(["a1 done", "b2 done"]);
  });

  it("gives a lane that is alone a group of its own beside full ones", async () => {
    const { group, groups, finish } = createRecorder({
      isAlone: (lane) => lane === "h",
      groupsInFlightMax: 1,
    });
    const all = ["a1", "h1", "b1", "h2"].map((item) => group.add(item));
    await nextTurn();
    expect(groups).toEqual([
      ["h1", "h2"],
      ["a1", "b1"],
    ]);
    for (const written of finish) written.resolve();
    await Promise.all(all);
  });

  it("writes what was left unsettled again, ahead of what came later in its lane", async () => {
    const groups: Item[][] = [];
    const { group } = createRecorder({
      async write(jobs: readonly Job<Item, string>[]) {
        groups.push(jobs.map(({ item }) => item));
        if (groups.length === 1) group.add("a3");
        const [first] = jobs;
        first?.resolve("done");
      },
    });
    const all = ["a1", "a2"].map((item) => group.add(item));
    await Promise.all(all);
    await group.close();
    expect(groups).toEqual([["a1", "a2"], ["a2", "a3"], ["a3"]]);
  });

  it("rejects only the unsettled jobs when the writing throws", async () => {
    const { group } = createRecorder({
      async write([first]) {
        first?.resolve("done");
        throw new Error("disk full");
      },
    });
    const outcomes = await Promise.allSettled(["a1", "a2", "b1"].map((item) => group.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("rejects what waits behind a group that failed, and goes on with other lanes", async () => {
    const groups: Item[][] = [];
    const { group } = createRecorder({
      groupsInFlightMax: 1,
      async write(jobs) {
        groups.push(jobs.map(({ item }) => item));
        if (groups.length === 1) throw new Error("the store is away");
        for (const { resolve } of jobs) resolve("done");
      },
    });
    const items = ["a1", "a2", "a3", "a4", "a5", "b1"];
    const outcomes = await Promise.allSettled(items.map((item) => group.add(item)));
    expect(groups).toEqual([["a1", "a2", "a3", "a4"], ["b1"]]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 5 }, () => "rejected"),
      "fulfilled",
    ]);
    expect(await group.add("a6")).toBe("done");
  });

  it("settles what it took before it closes, and takes nothing more", async () => {
    const { group, finish } = createRecorder();
    const taken = group.add("a1");
    const closing = group.close();
    await expect(group.add("a2")).rejects.toMatchObject({ code: "closed" });
    await nextTurn();
    finish[0]?.resolve();
    await closing;
    expect(await taken).toBe("a1 done");
    await group.close();
  });

  it("closes when what waited behind a slow group is given up", async () => {
    const { group, groups, finish } = createRecorder({ waitMsMax: 100 });
    const slow = group.add("a1");
    await nextTurn();
    const behind = expect(group.add("a2")).rejects.toMatchObject({ code: "unavailable" });
    await new Promise((resolve) => setTimeout(resolve, 150));
    // Longer than the test may take: only what is idle ends it.
    const closing = group.close(60_000);
    finish[0]?.resolve();
    expect(await slow).toBe("a1 done");
    await behind;
    await closing;
    expect(groups).toEqual([["a1"]]);
  });

  it("closes in time when a group hangs, and says what was not written and what is unknown", async () => {
    const { group, groups, finish } = createRecorder();
    const inFlight = group.add("a1");
    await nextTurn();
    const behind = group.add("a2");
    const outcomes = Promise.allSettled([inFlight, behind]);
    await group.close(50);
    expect(await outcomes).toMatchObject([
      { status: "rejected", reason: { code: "unavailable" } },
      { status: "rejected", reason: { code: "closed" } },
    ]);
    finish[0]?.resolve();
    await nextTurn();
    expect(groups).toEqual([["a1"]]);
    await group.close();
  });
});
