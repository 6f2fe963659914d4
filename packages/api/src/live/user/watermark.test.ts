import { expect, it } from "vitest";
import { readWatermark, toWatermark } from "./watermark.ts";

it.each([
  ["0-0", { epoch: "0", atMs: 0 }],
  ["e1-1767225600000", { epoch: "e1", atMs: 1_767_225_600_000 }],
  [`${"z".repeat(32)}-9007199254740991`, { epoch: "z".repeat(32), atMs: 9_007_199_254_740_991 }],
])("is read and written as %s", (text, watermark) => {
  expect(readWatermark(text)).toEqual(watermark);
  expect(toWatermark(watermark)).toBe(text);
});

it.each([
  "",
  "1767225600000",
  "-5",
  "e1-",
  "e1-05",
  "e1--5",
  "e1-1.5",
  "E1-5",
  "e1-5\n",
  "e1-9007199254740992",
  `${"z".repeat(33)}-5`,
])("is not read from %j", (text) => {
  expect(readWatermark(text)).toBeUndefined();
});
