import { describe, expect, it } from "vitest";
import { withRetry } from "./retry.ts";
import { type Target, TargetError } from "./target.ts";

const { signal } = new AbortController();

describe("withRetry", () => {
  it("gives the same batch again while the target is away, and tells of each try", async () => {
    const told: string[] = [];
    const target = failing([away("1"), away("2")]);
    const retrying = withRetry(target.take, {
      patienceMs: 5000,
      onRetry: (error) => told.push(error.message),
    });
    expect(await retrying([], signal)).toEqual([{ status: "stored" }]);
    expect(told).toEqual(["1", "2"]);
  });

  it("gives up when its patience is over", async () => {
    const target = failing(Array.from({ length: 100 }, () => away("away")));
    const retrying = withRetry(target.take, { patienceMs: 600, onRetry() {} });
    await expect(retrying([], signal)).rejects.toThrow("away");
    expect(target.calls()).toBe(2);
  });

  it("does not repeat what fails for good", async () => {
    const target = failing([new TargetError("refused", { isTemporary: false })]);
    const retrying = withRetry(target.take, { patienceMs: 5000, onRetry() {} });
    await expect(retrying([], signal)).rejects.toThrow("refused");
    expect(target.calls()).toBe(1);
  });

  it("waits no longer once it is interrupted", async () => {
    const stop = new AbortController();
    const target = failing([away("away")]);
    const retrying = withRetry(target.take, { patienceMs: 60_000, onRetry: () => stop.abort() });
    await expect(retrying([], stop.signal)).rejects.toThrow();
    expect(target.calls()).toBe(1);
  });
});

function away(message: string): TargetError {
  return new TargetError(message, { isTemporary: true });
}

function failing(errors: Error[]): { take: Target; calls(): number } {
  let calls = 0;
  return {
    calls: () => calls,
    async take() {
      const error = errors[calls++];
      if (error) throw error;
      return [{ status: "stored" }];
    },
  };
}
