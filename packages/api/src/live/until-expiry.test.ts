import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { trustedCaller } from "../context.ts";
import { endAs, untilExpiry } from "./until-expiry.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function endingIn(ms: number) {
  return { kind: "user", user_id: "ann", expiresAt: Date.now() + ms } as const;
}

it("aborts when the token has expired, by the clock of a machine that is 30 s behind", () => {
  const signal = untilExpiry(new AbortController().signal, endingIn(60_000));
  vi.advanceTimersByTime(89_999);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(() => endAs(signal)).toThrow(expect.objectContaining({ code: "unauthorized" }));
});

it("waits for a token that is valid for years", () => {
  const year = 365 * 24 * 3_600_000;
  const signal = untilExpiry(new AbortController().signal, endingIn(2 * year));
  vi.advanceTimersByTime(2 * year);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(30_000);
  expect(signal.aborted).toBe(true);
});

it("aborts when the client leaves, without an error, and leaves no timer", () => {
  const client = new AbortController();
  const signal = untilExpiry(client.signal, endingIn(60_000));
  expect(vi.getTimerCount()).toBe(1);
  client.abort();
  expect(signal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  expect(() => endAs(signal)).not.toThrow();
});

it("is aborted from the start when the client has left or the token has expired", () => {
  expect(untilExpiry(AbortSignal.abort(), endingIn(60_000)).aborted).toBe(true);
  const signal = untilExpiry(new AbortController().signal, endingIn(-31_000));
  expect(() => endAs(signal)).toThrow("the token has expired");
});

it("is the signal of the client for callers without a token", () => {
  const { signal } = new AbortController();
  expect(untilExpiry(signal, trustedCaller)).toBe(signal);
  expect(vi.getTimerCount()).toBe(0);
});
