import { describe, expect, it } from "vitest";
import { isUnchanged } from "./etag.ts";

describe("what the client has", () => {
  it.each([
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['"b",W/"a" ', true],
    ["*", true],
    ['"b"', false],
    ['"A"', false],
    ["a", false],
    ["", false],
    [undefined, false],
  ])("is compared: %s", (ifNoneMatch, expected) => {
    expect(isUnchanged(ifNoneMatch, '"a"')).toBe(expected);
    expect(isUnchanged(ifNoneMatch, 'W/"a"')).toBe(expected);
  });
});
