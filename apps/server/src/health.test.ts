import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createReadiness } from "./health.ts";

/** A store that is there or away as a test says, and a clock that the test moves. */
function createProbe() {
  const state = { isThere: true, hangs: false, pings: 0, time: 0 };
  async function ping(): Promise<void> {
    state.pings++;
    if (state.hangs) return new Promise(() => {});
    if (!state.isThere) throw new Error("away");
  }
  const isReady = createReadiness({ ping }, { now: () => state.time });
  return { state, isReady };
}

describe("readiness", () => {
  it("is there with the store", async () => {
    const { isReady } = createProbe();
    expect(await isReady()).toBe(true);
  });

  it("is not there before the store was reached once", async () => {
    const { state, isReady } = createProbe();
    state.isThere = false;
    expect(await isReady()).toBe(false);
    state.time += 1_000;
    state.isThere = true;
    expect(await isReady()).toBe(true);
  });

  it("stays for 30 s without the store, and is back with it", async () => {
    const { state, isReady } = createProbe();
    await isReady();
    state.isThere = false;
    state.time += 100_000;
    expect(await isReady()).toBe(true);
    state.time += 29_999;
    expect(await isReady()).toBe(true);
    state.time += 1;
    expect(await isReady()).toBe(false);
    state.time += 1_000;
    state.isThere = true;
    expect(await isReady()).toBe(true);
  });

  it("counts the 30 s from new after the store was back", async () => {
    const { state, isReady } = createProbe();
    for (const isThere of [true, false, true, false]) {
      state.isThere = isThere;
      state.time += 20_000;
      expect(await isReady()).toBe(true);
    }
  });

  it("asks the store once a second, however many ask", async () => {
    const { state, isReady } = createProbe();
    await Promise.all(Array.from({ length: 50 }, isReady));
    state.time += 999;
    await isReady();
    expect(state.pings).toBe(1);
    state.time += 1;
    await isReady();
    expect(state.pings).toBe(2);
  });

  describe("of a store that does not answer", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it("is found out within 2 s", async () => {
      const { state, isReady } = createProbe();
      state.hangs = true;
      const answer = isReady();
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await answer).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
