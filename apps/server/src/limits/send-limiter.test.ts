import type { Caller } from "@chatnest/api";
import { expect, it, vi } from "vitest";
import { createSendLimiter, type SendLimiter } from "./send-limiter.ts";

const ann = { kind: "user", user_id: "ann", expiresAt: 0 } as const;

/** Counts how many of some sends pass. */
async function passing(limiter: SendLimiter, caller: Caller, sends: number): Promise<number> {
  const results = await Promise.allSettled(
    Array.from({ length: sends }, async () => limiter.spend(caller)),
  );
  return results.filter(({ status }) => status === "fulfilled").length;
}

it("lets a user send twice a second's worth at once", async () => {
  const limiter = createSendLimiter(50);
  expect(await passing(limiter, ann, 500)).toBe(100);
  expect(await passing(limiter, { ...ann, user_id: "bob" }, 500)).toBe(100);
});

it("counts a user by its id, whichever token it holds", async () => {
  const limiter = createSendLimiter(1);
  expect(await passing(limiter, ann, 2)).toBe(2);
  expect(await passing(limiter, { ...ann, expiresAt: 1 }, 2)).toBe(0);
});

it("lets a user go on at the rate that is set", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
  try {
    const limiter = createSendLimiter(10);
    let sent = 0;
    for (let tick = 0; tick < 600; tick++) {
      sent += await passing(limiter, ann, 5);
      vi.advanceTimersByTime(100);
    }
    expect(sent).toBe(60 * 10);
  } finally {
    vi.useRealTimers();
  }
});

it("limits neither servers nor trusted callers, and nobody when it is off", async () => {
  const limiter = createSendLimiter(1);
  expect(await passing(limiter, { kind: "key" }, 1_000)).toBe(1_000);
  expect(await passing(limiter, { kind: "trusted" }, 1_000)).toBe(1_000);
  expect(await passing(createSendLimiter(0), ann, 1_000)).toBe(1_000);
});
