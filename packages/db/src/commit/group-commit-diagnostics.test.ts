import { describe, expect, it } from "vitest";
import { createRecorder, nextTurns } from "../../tests/group-recorder.ts";
import { listen } from "../../tests/listen.ts";
import { unwrittenChannel, waitingChannel } from "../diagnostics.ts";
import { StoreError } from "../errors.ts";

describe("the diagnostics of GroupCommit", () => {
  it("publish how many items wait, each time that changes", async () => {
    using heard = listen(waitingChannel);
    const { group, finish } = createRecorder({ groupsInFlightMax: 1 });
    const added = ["a1", "a2", "a3", "b1"].map((item) => group.add(item));
    await nextTurns();
    expect(heard.messages).toEqual([]);
    const behind = ["a4", "b2"].map((item) => group.add(item));
    await nextTurns();
    behind.push(group.add("c1"));
    await nextTurns();
    finish[0]?.resolve();
    await Promise.all(added);
    await nextTurns();
    finish[1]?.resolve();
    await Promise.all(behind);
    expect(heard.messages.map(({ waiting }) => waiting)).toEqual([2, 3, 0]);
  });

  it("publish items that are refused since too many wait", async () => {
    using heard = listen(unwrittenChannel);
    const { group, finish } = createRecorder({ groupsInFlightMax: 1, waitingMax: 1 });
    const first = group.add("a1");
    await nextTurns();
    const waiting = group.add("a2");
    await expect(group.add("a3")).rejects.toMatchObject({ code: "unavailable" });
    expect(heard.messages).toEqual([{ store: "sqlite", size: 1 }]);
    finish[0]?.resolve();
    await first;
    await nextTurns();
    finish[1]?.resolve();
    await waiting;
    expect(heard.messages).toHaveLength(1);
  });

  it("publish items that waited behind one that failed", async () => {
    using heard = listen(unwrittenChannel);
    const failed = Promise.withResolvers<void>();
    const { group } = createRecorder({ write: () => failed.promise });
    const added = [group.add("a1")];
    await nextTurns();
    added.push(group.add("a2"), group.add("a3"));
    await nextTurns();
    failed.reject(new StoreError("unavailable", "away"));
    for (const { status } of await Promise.allSettled(added)) expect(status).toBe("rejected");
    expect(heard.messages).toEqual([{ store: "sqlite", size: 2 }]);
  });

  it("publish items that are rejected when the store closes, and that none wait any more", async () => {
    using unwritten = listen(unwrittenChannel);
    using waiting = listen(waitingChannel);
    const { group } = createRecorder({ groupsInFlightMax: 1 });
    const added = [group.add("a1")];
    await nextTurns();
    added.push(group.add("a2"), group.add("b1"));
    await nextTurns();
    const settled = Promise.allSettled(added);
    await group.close(0);
    await settled;
    expect(unwritten.messages).toEqual([{ store: "sqlite", size: 2 }]);
    expect(waiting.messages.at(-1)).toEqual({ store: "sqlite", waiting: 0 });
  });
});
