import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Gaps } from "./gaps.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("a gap is closed after six reads that find nothing", async () => {
  let reads = 0;
  const finish = vi.fn();
  const gaps = new Gaps({
    read: async () => {
      reads++;
      return { items: [], reached: undefined };
    },
    take: () => expect.fail(),
    move: () => expect.fail(),
    room: () => undefined,
    leave: () => expect.fail(),
    finish,
  });
  gaps.connect();
  gaps.raise("tea", 3);
  // The waits between them double from 250 ms at most.
  await vi.advanceTimersByTimeAsync(16_000);
  expect(gaps.areFilled).toBe(true);
  expect(finish).toHaveBeenCalledOnce();
  expect(reads).toBe(6);
});
