import { expect, test } from "vitest";
import type { Measured, Row } from "../row.ts";
import { toCells } from "./table.ts";
import { judge, toFindings } from "./verdict.ts";

const measured: Measured = {
  ours: [
    { value: 100, cpuUs: 10 },
    { value: 120, cpuUs: 12 },
    { value: 90, cpuUs: 11 },
  ],
  peer: [
    { value: 50, cpuUs: 30 },
    { value: 40, cpuUs: 40 },
    { value: 60, cpuUs: 33 },
  ],
};

test("the ratio is the median of the pairs, with the least and the greatest", () => {
  const { ratio, cpuRatio, value, peerValue } = toFindings(measured);
  expect(ratio).toEqual({ median: 2, least: 1.5, most: 3 });
  expect(cpuRatio).toBeCloseTo(1 / 3);
  expect([value, peerValue]).toEqual([100, 50]);
});

test("a row passes when it meets every limit of its bar", () => {
  const findings = toFindings(measured);
  expect(judge(findings, { ratio: { least: 2 }, cpuRatio: { most: 0.34 } })).toBe("pass");
  expect(judge(findings, { ratio: { least: 2 }, cpuRatio: { most: 0.3 } })).toBe("short");
  expect(judge(findings, { value: { most: 99 } })).toBe("short");
  expect(judge(findings, {})).toBe("no bar");
});

test("what was not measured meets no bar", () => {
  const alone = toFindings({ ours: [{ value: 100 }] });
  expect(judge(alone, { ratio: { least: 0 } })).toBe("short");
  expect(judge(alone, { cpuUs: { most: 1_000 } })).toBe("short");
  expect(judge(toFindings({ ours: [] }), { value: { least: 0 } })).toBe("short");
});

test("a row that was not run says why, and shows its bar", () => {
  const row: Row = {
    name: "page",
    title: "newest page",
    unit: "/s",
    peer: "FastAPI",
    bar: { ratio: { least: 5 } },
    measure: async () => measured,
  };
  const cells = toCells({ row, outcome: { notRun: "wrk is missing" } });
  expect(cells).toEqual([
    "page",
    "newest page",
    "",
    "FastAPI",
    "",
    "",
    ">= 5 x",
    "not run: wrk is missing",
  ]);
  expect(toCells({ row, outcome: { measured } }).at(-1)).toBe("short");
});
