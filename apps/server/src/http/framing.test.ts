import { describe, expect, it } from "vitest";
import { findAmbiguity } from "./framing.ts";

const plain = { httpVersionMajor: 1, headers: {}, rawHeaders: ["Host", "localhost"] };

describe("a request", () => {
  it.each([
    ["plain", {}],
    ["without a Host, as in HTTP/1.0", { rawHeaders: [] }],
    ["with chunks", { headers: { "transfer-encoding": "Chunked" } }],
    ["with a header whose value is a name", { rawHeaders: ["Host", "host", "Via", "host"] }],
  ])("can be read in one way only: %s", (_, differences) => {
    expect(findAmbiguity({ ...plain, ...differences })).toBeUndefined();
  });

  it.each([
    ["two Hosts", { rawHeaders: ["Host", "localhost", "X", "y", "hOST", "localhost"] }],
    ["a coding that is not undone", { headers: { "transfer-encoding": "gzip, chunked" } }],
    ["a coding that is no more", { headers: { "transfer-encoding": "identity, chunked" } }],
    ["another version", { httpVersionMajor: 2 }],
  ])("can be read in two: %s", (_, differences) => {
    expect(findAmbiguity({ ...plain, ...differences })).toEqual(expect.any(String));
  });
});
