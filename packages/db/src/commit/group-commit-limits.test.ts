import { describe, expect, it } from "vitest";
import { createRecorder, done, nextTurns } from "../../tests/group-recorder.ts";

describe("the limits of GroupCommit", () => {
  it("gives up unwritten what has waited for too long, and goes on with what came later", async () => {
    const { group, groups, finish } = createRecorder({ groupsInFlightMax: 1, waitMsMax: 1_000 });
    const first = group.add("a1");
    await nextTurns();
    const late = Promise.allSettled(["a2", "b1"].map((item) => group.add(item)));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const last = group.add("a3");
    await nextTurns();
    for (const result of await late) {
      expect(result).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    }
    finish[0]?.resolve();
    await first;
    await nextTurns();
    finish[1]?.resolve();
    expect(await last).toEqual(done("a3"));
    expect(groups).toEqual([["a1"], ["a3"]]);
  });

  it("refuses what comes while too much waits, and takes more when some was written", async () => {
    const { group, groups, finish } = createRecorder({ groupsInFlightMax: 1, waitingMax: 2 });
    const first = group.add("a1");
    await nextTurns();
    const waiting = [group.add("a2"), group.add("b1")];
    const refusal = { code: "unavailable", message: expect.stringContaining("too many") };
    await expect(group.add("c1")).rejects.toMatchObject(refusal);
    finish[0]?.resolve();
    await first;
    await nextTurns();
    const last = group.add("c2");
    finish[1]?.resolve();
    await Promise.all(waiting);
    await nextTurns();
    finish[2]?.resolve();
    await last;
    expect(groups).toEqual([["a1"], ["a2", "b1"], ["c2"]]);
  });

  it("takes more when what waited was given up, though nothing was written", async () => {
    const { group, finish } = createRecorder({ waitingMax: 1, waitMsMax: 100 });
    const first = group.add("a1");
    await nextTurns();
    const behind = expect(group.add("a2")).rejects.toMatchObject({ code: "unavailable" });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await expect(group.add("b1")).rejects.toMatchObject({ code: "unavailable" });
    await behind;
    const last = group.add("b2");
    await nextTurns();
    for (const written of finish) written.resolve();
    expect(await Promise.all([first, last])).toEqual([done("a1"), done("b2")]);
  });

  it("settles what it took before it closes, and takes nothing more", async () => {
    const { group, finish } = createRecorder();
    const taken = group.add("a1");
    const closing = group.close();
    await expect(group.add("a2")).rejects.toMatchObject({ code: "closed" });
    await nextTurns();
    finish[0]?.resolve();
    await closing;
    expect(await taken).toEqual(done("a1"));
    await group.close();
  });

  it("closes when what waited behind a slow group is given up", async () => {
    const { group, groups, finish } = createRecorder({ waitMsMax: 100 });
    const slow = group.add("a1");
    await nextTurns();
    const behind = expect(group.add("a2")).rejects.toMatchObject({ code: "unavailable" });
    await new Promise((resolve) => setTimeout(resolve, 150));
    // Longer than the test may take: only what is idle ends it.
    const closing = group.close(60_000);
    finish[0]?.resolve();
    expect(await slow).toEqual(done("a1"));
    await behind;
    await closing;
    expect(groups).toEqual([["a1"]]);
  });

  it("closes in time when a group hangs, and says what was not written and what is unknown", async () => {
    const { group, groups, finish } = createRecorder();
    const inFlight = group.add("a1");
    await nextTurns();
    const behind = group.add("a2");
    const outcomes = Promise.allSettled([inFlight, behind]);
    await group.close(50);
    expect(await outcomes).toMatchObject([
      { status: "rejected", reason: { code: "unavailable" } },
      { status: "rejected", reason: { code: "closed" } },
    ]);
    finish[0]?.resolve();
    await nextTurns();
    expect(groups).toEqual([["a1"]]);
    await group.close();
  });
});
