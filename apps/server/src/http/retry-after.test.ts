import { ChatError } from "@chatnest/api";
import { expect, it } from "vitest";
import { retryHeaders } from "./retry-after.ts";

it("tells of a limit which one it is, and when to try again", () => {
  const limit = { name: "sends", quota: 100, windowMs: 2_000, retryAfterMs: 1_001 };
  expect(retryHeaders(new ChatError("too_many_requests", "x", { limit }))).toEqual({
    "retry-after": "2",
    ratelimit: '"sends";r=0;t=2',
    "ratelimit-policy": '"sends";q=100;w=2',
  });
});

it("never says at once", () => {
  const limit = { name: "sends", quota: 1, windowMs: 1_000, retryAfterMs: 0 };
  const headers = retryHeaders(new ChatError("too_many_requests", "x", { limit }));
  expect(headers["retry-after"]).toBe("1");
});

it("tells when to try again after a failure that is temporary, and of no other", () => {
  expect(retryHeaders(new ChatError("unavailable", "x"))).toEqual({ "retry-after": "2" });
  expect(retryHeaders(new ChatError("conflict", "x"))).toEqual({});
});
