import { expect, it } from "vitest";
import { isNodeNewEnough } from "./node-version.ts";

it.each([
  ["20.20.2", false],
  ["22.23.1", false],
  ["24.15.9", false],
  ["24.16.0", true],
  ["24.21.0", true],
  ["25.0.0", true],
  ["100.1.0", true],
])("tells whether Node.js %s is new enough: %s", (version, isEnough) => {
  expect(isNodeNewEnough(version, ">=24.16")).toBe(isEnough);
});
