import { describe, expect, it } from "vitest";
import {
  createRecorder,
  done,
  type Item,
  nextTurns,
  type Result,
} from "../../tests/group-recorder.ts";
import { type GroupCommitMessage, groupCommitChannel } from "../diagnostics.ts";
import { StoreError } from "../errors.ts";
import type { Job } from "./job.ts";

describe("GroupCommit", () => {
  it("writes together what arrives together", async () => {
    const { group, groups, finish } = createRecorder();
    const results = Promise.all(["a1", "b1", "a2"].map((item) => group.add(item)));
    await nextTurns();
    expect(groups).toEqual([["a1", "a2", "b1"]]);
    finish[0]?.resolve();
    expect(await results).toEqual([done("a1"), done("b1"), done("a2")]);
  });

  it("has a lane in one group at a time, and others in the next meanwhile", async () => {
    const { group, groups, finish } = createRecorder();
    const first = group.add("a1");
    await nextTurns();
    const rest = Promise.all(["a2", "b1"].map((item) => group.add(item)));
    await nextTurns();
    expect(groups).toEqual([["a1"], ["b1"]]);
    finish[0]?.resolve();
    await first;
    await nextTurns();
    expect(groups).toEqual([["a1"], ["b1"], ["a2"]]);
    finish[1]?.resolve();
    finish[2]?.resolve();
    expect(await rest).toEqual([done("a2"), done("b1")]);
  });

  it("splits what is too large, and lets no lane starve", async () => {
    const { group, groups, finish } = createRecorder({ groupsInFlightMax: 1 });
    const busy = ["a1", "a2", "a3", "a4", "a5", "a6", "b1"].map((item) => group.add(item));
    await nextTurns();
    finish[0]?.resolve();
    await nextTurns();
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
    await nextTurns();
    expect(groups).toEqual([["a1", "a2"], ["b1"]]);
    finish[0]?.resolve();
    await nextTurns();
    expect(groups).toEqual([["a1", "a2"], ["b1"], ["c1"]]);
    for (const written of finish) written.resolve();
    await all;
  });

  it("gives a lane that is alone a group of its own beside full ones", async () => {
    const { group, groups, finish } = createRecorder({
      isAlone: (lane) => lane === "h",
      groupsInFlightMax: 1,
    });
    const all = ["a1", "h1", "b1", "h2"].map((item) => group.add(item));
    await nextTurns();
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
      async write(jobs: readonly Job<Item, Result>[]) {
        groups.push(jobs.map(({ item }) => item));
        if (groups.length === 1) group.add("a3");
        const [first] = jobs;
        first?.resolve(done(first.item));
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
        first?.resolve(done(first.item));
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
        for (const { item, resolve } of jobs) resolve(done(item));
      },
    });
    const items = ["a1", "a2", "a3", "a4", "a5", "b1"];
    const outcomes = await Promise.allSettled(items.map((item) => group.add(item)));
    expect(groups).toEqual([["a1", "a2", "a3", "a4"], ["b1"]]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 5 }, () => "rejected"),
      "fulfilled",
    ]);
    expect(await group.add("a6")).toEqual(done("a6"));
  });

  it("publishes what became of each group, while somebody subscribes", async () => {
    const messages: GroupCommitMessage[] = [];
    const listener = (message: GroupCommitMessage) => void messages.push(message);
    const { group } = createRecorder({
      write([first, second, third]) {
        if (first?.item === "c1") throw new Error("disk full");
        first?.resolve(done(first.item));
        second?.resolve({ ...done(second.item), created: false });
        third?.reject(new StoreError("conflict", "taken"));
      },
    });
    groupCommitChannel.subscribe(listener);
    await Promise.allSettled(["a1", "a2", "b1", "a3"].map((item) => group.add(item)));
    await Promise.allSettled(["c1", "c2"].map((item) => group.add(item)));
    groupCommitChannel.unsubscribe(listener);
    await group.add("d1");
    const none = { created: 0, repeated: 0, refused: 0, failed: 0, left: 0 };
    const common = { store: "sqlite", durationMs: expect.any(Number), waiting: 0 };
    const outcomes = { ...none, created: 1, repeated: 1, refused: 1, left: 1 };
    expect(messages).toEqual([
      { ...common, size: 4, lanes: 2, outcomes, waiting: 1 },
      { ...common, size: 1, lanes: 1, outcomes: { ...none, created: 1 } },
      { ...common, size: 2, lanes: 1, outcomes: { ...none, failed: 2 } },
    ]);
  });
});
