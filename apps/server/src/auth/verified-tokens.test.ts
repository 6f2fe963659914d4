import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { VerifiedTokens } from "./verified-tokens.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const ann = { kind: "user", user_id: "ann", expiresAt: 60_000 } as const;

it("finds a token until it ends", () => {
  const verified = new VerifiedTokens();
  verified.remember("token", ann, 90_000);
  expect(verified.find("other")).toBeUndefined();
  vi.setSystemTime(89_999);
  expect(verified.find("token")).toBe(ann);
  vi.setSystemTime(90_000);
  expect(verified.find("token")).toBeUndefined();
  expect(verified.size).toBe(0);
});

it("finds it for ten minutes at most, so that a key which was withdrawn is soon of no use", () => {
  const verified = new VerifiedTokens();
  verified.remember("token", ann, 1e12);
  vi.setSystemTime(599_999);
  expect(verified.find("token")).toBe(ann);
  vi.setSystemTime(600_000);
  expect(verified.find("token")).toBeUndefined();
});

it("holds 10,000 and gives up the oldest", () => {
  const verified = new VerifiedTokens();
  const remember = (index: number) => verified.remember(`token-${index}`, ann, 60_000);
  for (let index = 0; index < 10_000; index++) remember(index);
  // Verified again, it is the newest.
  remember(0);
  for (let index = 10_000; index < 15_000; index++) remember(index);
  expect(verified.size).toBe(10_000);
  const found = [0, 1, 5_000, 5_001, 14_999].map(
    (index) => verified.find(`token-${index}`) !== undefined,
  );
  expect(found).toEqual([true, false, false, true, true]);
});
