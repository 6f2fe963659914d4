import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inTime } from "./in-time.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("gives an answer or an error that comes in time as it is, and keeps no timer", async () => {
  expect(await inTime(Promise.resolve("yes"), 100)).toBe("yes");
  const failure = new Error("no");
  await expect(inTime(Promise.reject(failure), 100)).rejects.toBe(failure);
  expect(vi.getTimerCount()).toBe(0);
});

it("is unavailable where none comes in time", async () => {
  const answer = inTime(new Promise(() => {}), 100);
  const refused = expect(answer).rejects.toMatchObject({ code: "unavailable" });
  await vi.advanceTimersByTimeAsync(100);
  await refused;
});
