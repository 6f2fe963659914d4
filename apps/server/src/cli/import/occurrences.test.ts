import { expect, it } from "vitest";
import { Occurrences } from "./occurrences.ts";

it("counts like a map of all, also those that want the same place", () => {
  const occurrences = new Occurrences();
  const counts = new Map<number, number>();
  for (let step = 1; step <= 5000; step++) {
    const fingerprint = 1 + ((step * step) % 37) + 65_536 * ((step * 7) % 11);
    counts.set(fingerprint, (counts.get(fingerprint) ?? 0) + 1);
    expect(occurrences.count(fingerprint)).toBe(counts.get(fingerprint));
  }
  expect(occurrences.count(2 ** 53 - 1)).toBe(1);
  expect(occurrences.count(2 ** 53 - 1)).toBe(2);
});

it("remembers all when it grows", () => {
  const occurrences = new Occurrences();
  const stride = 1_000_003;
  for (let each = 1; each <= 200_000; each++) occurrences.count(each * stride);
  let wrong = 0;
  for (let each = 1; each <= 200_000; each++) {
    if (occurrences.count(each * stride) !== 2) wrong++;
  }
  expect(wrong).toBe(0);
});
