import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createStepProgress } from "./step-progress.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function open(isTTY: boolean) {
  const written: string[] = [];
  const out = { isTTY, write: (text: string) => written.push(text) > 0 };
  return { written, progress: createStepProgress(out as Parameters<typeof createStepProgress>[0]) };
}

it("writes plain lines where there is no terminal, one every 5 s", () => {
  const { written, progress } = open(false);
  for (let second = 0; second < 12; second++) {
    progress.update({ text: "entries", done: second * 1_000, total: 0 });
    vi.advanceTimersByTime(1_000);
  }
  progress.stop();
  expect(written).toEqual(["entries: 5,000\n", "entries: 10,000\n"]);
});

it("says the same thing once in 5 s", () => {
  const { written, progress } = open(false);
  for (let n = 0; n < 70; n++) {
    progress.note("the store is away; trying again");
    vi.advanceTimersByTime(100);
  }
  progress.note("another thing");
  progress.note("the store is away; trying again");
  expect(written).toEqual([
    "the store is away; trying again\n",
    "the store is away; trying again\n",
    "another thing\n",
    "the store is away; trying again\n",
  ]);
});
