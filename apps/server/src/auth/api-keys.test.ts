import { expect, it } from "vitest";
import { ApiKeys, toDigest } from "./api-keys.ts";

const keys = ["first", "second", "third"].map((name) => name.padEnd(40, "x"));

it("knows each of its keys", () => {
  const known = new ApiKeys(keys);
  for (const key of keys) expect(known.has(toDigest(key))).toBe(true);
});

it.each(["", "first", `${keys[0]}x`, keys[0]?.slice(1), keys[0]?.toUpperCase(), keys.join(",")])(
  "knows no other: %j",
  (key = "") => {
    expect(new ApiKeys(keys).has(toDigest(key))).toBe(false);
  },
);

it("knows none when there are none", () => {
  expect(new ApiKeys([]).has(toDigest(""))).toBe(false);
});

it("keeps no key as it is", () => {
  expect(JSON.stringify(Object.values(new ApiKeys(keys)))).not.toContain("first");
});
