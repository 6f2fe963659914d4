import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callTimeoutMs } from "../../deadlines.ts";
import { createCallGuard } from "./call-guard.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A call that never answers, and how it ended. */
function hang(guard: ReturnType<typeof createCallGuard>) {
  const call = { ended: "" };
  guard
    .wrap(() => new Promise<never>(() => {}))()
    .catch(({ code }) => {
      call.ended = code;
    });
  return call;
}

describe("the guard of calls", () => {
  it("ends each call when its own time is over", async () => {
    const guard = createCallGuard();
    const first = hang(guard);
    await vi.advanceTimersByTimeAsync(1_000);
    const second = hang(guard);
    await vi.advanceTimersByTimeAsync(callTimeoutMs - 1_001);
    expect([first.ended, second.ended]).toEqual(["", ""]);
    await vi.advanceTimersByTimeAsync(2);
    expect([first.ended, second.ended]).toEqual(["unavailable", ""]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(second.ended).toBe("unavailable");
    // Also one that begins when none was under way.
    await vi.advanceTimersByTimeAsync(5 * callTimeoutMs);
    const third = hang(guard);
    await vi.advanceTimersByTimeAsync(callTimeoutMs + 1);
    expect(third.ended).toBe("unavailable");
  });

  it("passes answers and errors on, and is closed when the last call has ended", async () => {
    const guard = createCallGuard();
    guard.open();
    const late = Promise.withResolvers<string>();
    const answer = guard.wrap(() => late.promise)();
    const failing = guard.wrap(() => Promise.reject(new TypeError("a bug")));
    await expect(failing()).rejects.toThrow(TypeError);
    let isClosed = false;
    const closing = guard.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(isClosed).toBe(false);
    late.resolve("late");
    expect(await answer).toBe("late");
    await closing;
    expect(() => guard.admit()).toThrow("closed");
  });

  it("rejects what hangs 4 s after it is closed", async () => {
    const guard = createCallGuard();
    const call = hang(guard);
    const closing = guard.close();
    await vi.advanceTimersByTimeAsync(4_000);
    await closing;
    expect(call.ended).toBe("unavailable");
  });
});
