import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createRounds } from "./rounds.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** Rounds that note what they read, and when. */
function countedRounds({ size = 10, tookMs = 0 } = {}) {
  const hub = { isClosed: false };
  const read: [at: number, ...keys: string[]][] = [];
  const differences = { isAway: false };
  const rounds = createRounds({
    hub,
    size,
    async read(keys) {
      read.push([Math.round(performance.now() - startedAt), ...keys]);
      if (tookMs > 0) await new Promise((resolve) => setTimeout(resolve, tookMs));
      if (differences.isAway) throw new Error("away");
    },
  });
  const startedAt = performance.now();
  return { rounds, read, hub, differences };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

it("reads the first change at once with others, and a key at most once a second", async () => {
  const { rounds, read } = countedRounds();
  rounds.ask("a");
  rounds.ask("b");
  await pass(10);
  expect(read).toEqual([[10, "a", "b"]]);
  for (let n = 0; n < 1_000; n++) {
    rounds.ask("a");
    await pass(1);
  }
  rounds.ask("c");
  await pass(2_000);
  expect(read.slice(1)).toEqual([
    [1_010, "a"],
    [1_020, "c"],
  ]);
});

it("reads a key again that is asked for while it is read", async () => {
  const { rounds, read } = countedRounds({ tookMs: 100 });
  rounds.ask("a");
  await pass(50);
  rounds.ask("a");
  await pass(3_000);
  expect(read).toEqual([
    [10, "a"],
    [1_010, "a"],
  ]);
});

it("pauses as long as a round took, and leaves nothing out", async () => {
  const { rounds, read } = countedRounds({ size: 2, tookMs: 300 });
  for (const key of ["a", "b", "c", "d", "e"]) rounds.ask(key);
  await pass(3_000);
  expect(read).toEqual([
    [10, "a", "b"],
    [610, "c", "d"],
    [1_210, "e"],
  ]);
});

it("reads again a second later what could not be read", async () => {
  const { rounds, read, differences } = countedRounds();
  differences.isAway = true;
  rounds.ask("a");
  await pass(2_500);
  differences.isAway = false;
  await pass(5_000);
  expect(read.map(([at]) => at)).toEqual([10, 1_010, 2_010, 3_010]);
});

it("waits a second after a read of its caller", async () => {
  const { rounds, read } = countedRounds();
  rounds.note("a");
  rounds.ask("a");
  await pass(3_000);
  expect(read).toEqual([[1_000, "a"]]);
});

it("reads nothing once the hub is closed", async () => {
  const { rounds, read, hub } = countedRounds();
  rounds.ask("a");
  hub.isClosed = true;
  rounds.ask("b");
  await pass(5_000);
  expect(read).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
