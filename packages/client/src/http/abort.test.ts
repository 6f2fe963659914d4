import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { ChatError } from "../errors.ts";
import { orAborted, pause, startLimit, toAbortError } from "./abort.ts";

test("a limit that is reached is a timeout", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  try {
    const limit = startLimit(10, undefined);
    const waiting = orAborted(new Promise(() => {}), limit.signal);
    vi.advanceTimersByTime(9);
    expect(limit.remainingMs()).toBe(1);
    vi.advanceTimersByTime(1);
    await expect(waiting).rejects.toMatchObject({
      code: "timeout",
      message: "no answer within 10 ms",
    });
    expect(limit.remainingMs()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("a limit aborts with its parent, whose reason is the cause", () => {
  const controller = new AbortController();
  const limit = startLimit(60_000, controller.signal);
  controller.abort("gone");
  expect(limit.signal.reason).toMatchObject({ code: "aborted", cause: "gone" });
  limit.end();
  const late = startLimit(60_000, controller.signal);
  expect(late.signal.aborted).toBe(true);
  late.end();
});

test.each([Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 40])(
  "a limit of %d ms does not end at once",
  async (ms) => {
    const limit = startLimit(ms, undefined);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(limit.signal.aborted).toBe(false);
    limit.end();
  },
);

test("calls leave no listener on a signal that they share", async () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 20; n++) {
    const limit = startLimit(1_000, signal);
    await orAborted(Promise.resolve(), signal);
    await pause(0, signal);
    await orAborted(Promise.reject(new Error("lost")), signal).catch(() => undefined);
    limit.end();
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("an abort ends a pause and leaves no timer", async () => {
  const timers = countTimers();
  const controller = new AbortController();
  const paused = pause(60_000, controller.signal);
  controller.abort();
  await expect(paused).rejects.toMatchObject({ code: "aborted" });
  expect(countTimers()).toBe(timers);
});

test("the reason of an abort decides the error of the call", () => {
  const own = new ChatError("conflict", "taken");
  expect(toAbortError(own)).toBe(own);
  const timeout = new DOMException("", "TimeoutError");
  expect(toAbortError(timeout)).toMatchObject({ code: "timeout", cause: timeout });
  expect(toAbortError(undefined)).toMatchObject({ code: "aborted" });
});

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}
