import { describe, expect, it } from "vitest";
import { ifMatch } from "./if-match.ts";

const documented = new RegExp(ifMatch.pattern, "u");

describe("If-Match", () => {
  it.each([
    ['"1"', 1],
    ['"42"', 42],
    ['"9007199254740991"', Number.MAX_SAFE_INTEGER],
  ])("reads %s", (value, seq) => {
    expect(ifMatch.read(value)).toBe(seq);
    expect(documented.test(value)).toBe(true);
  });

  it.each([
    "",
    "1",
    '"',
    '""',
    '"0"',
    '"01"',
    '"1" ',
    '"1","2"',
    'W/"1"',
    "*",
    '"1e3"',
    '"\u0661"',
  ])("refuses %j by name, as the document says", (value) => {
    const refused = expect.objectContaining({
      code: "validation_failed",
      issues: [expect.objectContaining({ path: "If-Match" })],
    });
    expect(() => ifMatch.read(value)).toThrow(refused);
    expect(documented.test(value)).toBe(false);
  });

  it("refuses what is no position", () => {
    expect(() => ifMatch.read('"9007199254740992"')).toThrow();
  });
});
