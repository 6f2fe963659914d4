import { setImmediate as turn } from "node:timers/promises";
import { conversationStream, openSqliteStore, type StoreEvent } from "@chatnest/db";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type CheckCounts, createHub } from "./hub.ts";

describe("a hub", () => {
  beforeEach(
    () => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }),
  );
  afterEach(() => void vi.useRealTimers());

  it("emits missed once after its process was suspended, and goes on", async () => {
    const store = openSqliteStore(":memory:");
    const hub = createHub(store, { checkEveryMs: 60_000 });
    const heard: StoreEvent[] = [];
    hub.onEvent((event) => heard.push(event));
    for (const passed of [60_000, 120_000]) {
      await vi.advanceTimersByTimeAsync(60_000);
      expect(hub.checkedAt).toBeGreaterThanOrEqual(passed);
    }
    expect(heard).toEqual([{ kind: "missed" }, { kind: "missed" }]);
    hub.close();
    await store.close();
  });

  it("compares the heads of the logs every five seconds", async () => {
    const store = openSqliteStore(":memory:");
    let looks = 0;
    const heads: typeof store.log.heads = (streams) => {
      looks++;
      return store.log.heads(streams);
    };
    const hub = createHub({ ...store, log: { ...store.log, heads } });
    hub.follow(conversationStream("room"));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(looks).toBe(0);
    for (let passed = 1; passed <= 3; passed++) {
      await vi.advanceTimersByTimeAsync(passed === 1 ? 1 : 5_000);
      expect(looks).toBe(passed);
    }
    hub.close();
    await store.close();
  });

  it("reads the epoch once for concurrent callers, so that an older name cannot come last", async () => {
    const store = openSqliteStore(":memory:");
    const older = await store.epoch();
    await store.renewEpoch();
    const answers = [() => turn(older), () => store.epoch()];
    const hub = createHub({ ...store, epoch: () => (answers.shift() ?? store.epoch)() });
    const asked = await Promise.all([hub.epoch(), hub.epoch()]);
    expect(asked.map((epoch) => hub.isCurrent(epoch))).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(hub.isCurrent(older)).toBe(false);
    expect(hub.isCurrent(await hub.epoch())).toBe(true);
    hub.close();
    await store.close();
  });

  it("makes no check wait for another one that takes long", async () => {
    const store = openSqliteStore(":memory:");
    let looks = 0;
    const hub = createHub({
      ...store,
      log: {
        ...store.log,
        heads(streams) {
          looks++;
          return store.log.heads(streams);
        },
      },
    });
    hub.follow(conversationStream("room"));
    const late = Promise.withResolvers<CheckCounts>();
    let checks = 0;
    hub.onCheck(() => late.promise);
    hub.onCheck(async () => {
      checks++;
      return {};
    });
    const createdAt = hub.checkedAt;
    for (let passed = 1; passed <= 3; passed++) {
      await vi.advanceTimersByTimeAsync(5_000);
      expect([looks, checks]).toEqual([passed, passed]);
    }
    expect(hub.checkedAt).toBe(createdAt);
    late.resolve({});
    await vi.advanceTimersByTimeAsync(0);
    // As of its beginning: what happened during a slow check may have been too late for it.
    expect(hub.checkedAt).toBe(createdAt + 5_000);
    hub.close();
    await store.close();
  });

  it("makes the other checks though one fails", async () => {
    const store = openSqliteStore(":memory:");
    const hub = createHub(store);
    let checks = 0;
    hub.onCheck(() => Promise.reject(new Error("fails")));
    hub.onCheck(async () => {
      checks++;
      return {};
    });
    const createdAt = hub.checkedAt;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(checks).toBe(1);
    expect(hub.checkedAt).toBe(createdAt);
    hub.close();
    await store.close();
  });
});
