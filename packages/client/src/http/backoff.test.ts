import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test.each([
  [1, 100],
  [2, 200],
  [4, 800],
  [5, 1_000],
  [2_000, 1_000],
])("after %d failed tries it waits at random up to %d ms", (tries, mostMs) => {
  const waits = Array.from({ length: 1_000 }, () =>
    backoffMs(tries, { baseMs: 100, maxMs: 1_000 }),
  );
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  expect(Math.min(...waits)).toBeLessThan(mostMs * 0.1);
  expect(Math.max(...waits)).toBeLessThan(mostMs);
  expect(Math.max(...waits)).toBeGreaterThan(mostMs * 0.9);
});
