import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { ChatError } from "@chatnest/api";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CallLimit } from "./call-limit.ts";

afterEach(() => {
  vi.useRealTimers();
});

/** Counts how many of some calls pass. */
async function passing(limit: CallLimit, key: string, calls: number): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: calls }, () => limit.spend(key)));
  return results.filter(({ status }) => status === "fulfilled").length;
}

describe("a limit", () => {
  it("lets a key call as often as a window allows, and no other key is less for it", async () => {
    const limit = new CallLimit({ name: "calls", quota: 5, windowMs: 1_000 });
    expect(await passing(limit, "ann", 20)).toBe(5);
    expect(await passing(limit, "bob", 3)).toBe(3);
  });

  it("begins a new window when the old one is over, however often it refused", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    const limit = new CallLimit({ name: "calls", quota: 5, windowMs: 2_000 });
    expect(await passing(limit, "ann", 100)).toBe(5);
    vi.advanceTimersByTime(1_999);
    expect(await passing(limit, "ann", 100)).toBe(0);
    vi.advanceTimersByTime(1);
    expect(await passing(limit, "ann", 100)).toBe(5);
  });

  it("says what was reached, and how long to wait", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    const limit = new CallLimit({ name: "calls", quota: 1, windowMs: 2_000 });
    await limit.spend("ann");
    vi.advanceTimersByTime(500);
    const error: unknown = await limit.spend("ann").catch((reason) => reason);
    expect(error).toBeInstanceOf(ChatError);
    expect(error).toMatchObject({
      code: "too_many_requests",
      limit: { name: "calls", quota: 1, windowMs: 2_000, retryAfterMs: 1_500 },
    });
  });

  it.each(["__proto__", "constructor", "", "a:b", "\0", "😀"])(
    "takes %j for a key",
    async (key) => {
      const limit = new CallLimit({ name: "calls", quota: 1, windowMs: 1_000 });
      expect(await passing(limit, key, 2)).toBe(1);
    },
  );
});

describe("a flood of distinct keys", () => {
  it("takes no more memory than the keys that are kept", { timeout: 120_000 }, async () => {
    const limit = new CallLimit({ name: "calls", quota: 1, windowMs: 3_600_000 });
    await flood(limit, 0, 50_000);
    const full = heapUsed();
    await flood(limit, 50_000, 1_000_000);
    // Unbounded, the others take more than 300 MB.
    expect(heapUsed() - full).toBeLessThan(20e6);
    // The newest are still counted.
    expect(await passing(limit, "key-999999", 1)).toBe(0);
    expect(await passing(limit, "key-950000", 1)).toBe(0);
    expect(await passing(limit, "key-949999", 1)).toBe(1);
  });

  async function flood(limit: CallLimit, from: number, to: number): Promise<void> {
    for (let index = from; index < to; index++) await limit.spend(`key-${index}`);
  }

  function heapUsed(): number {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    return process.memoryUsage().heapUsed;
  }
});
