import { expect, it } from "vitest";
import { findKnownHoles } from "./known-holes.ts";

const today = new Date("2026-11-30");

it.each([
  ["8.0.17", []],
  ["7.0.28", []],
  ["8.3.1", []],
  ["9.0.0", []],
  ["none", []],
  ["8.0.16", ["CVE-2025-14847"]],
  ["8.0.16-7", ["CVE-2025-14847"]],
  ["7.0.0", ["CVE-2025-14847"]],
  ["8.2.3", ["since 2026-07-31"]],
  ["6.0.27", ["since 2025-07-31"]],
  ["6.0.5", ["CVE-2025-14847", "since 2025-07-31"]],
  ["5.0.2", ["CVE-2025-14847", "WT-7995", "since 2024-10-31"]],
  ["5.0.3", ["CVE-2025-14847", "since 2024-10-31"]],
  ["4.4.1", ["CVE-2025-14847", "since 2024-02-29"]],
  ["4.4.8", ["CVE-2025-14847", "WT-7995", "since 2024-02-29"]],
])("knows the holes of MongoDB %s", (version, parts) => {
  const expected = parts.map((part) => expect.stringContaining(part));
  expect(findKnownHoles(version, today)).toEqual(expected);
});

it("counts a series as mended until the end of its last day", () => {
  expect(findKnownHoles("7.0.40", new Date("2027-08-31T12:00:00Z"))).toEqual([]);
  expect(findKnownHoles("7.0.40", new Date("2027-09-01T12:00:00Z"))).toHaveLength(1);
});
