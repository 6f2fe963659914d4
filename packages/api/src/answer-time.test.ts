import { answerTimeoutMs } from "@chatnest/db";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { boundAnswer } from "./answer-time.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The timer of a test ends with it.
  await vi.advanceTimersByTimeAsync(answerTimeoutMs);
  vi.useRealTimers();
});

const never = () => new Promise(() => {});

it("gives an answer or an error that comes in time as it is", async () => {
  expect(await boundAnswer(Promise.resolve("yes"))).toBe("yes");
  const failure = new Error("no");
  await expect(boundAnswer(Promise.reject(failure))).rejects.toBe(failure);
});

it("is unavailable where none comes in time, whoever else waits", async () => {
  const states = ["waiting", "waiting"];
  const follow = (index: number) => {
    boundAnswer(never()).catch(({ code }: { code: string }) => {
      states[index] = code;
    });
  };
  follow(0);
  await vi.advanceTimersByTimeAsync(5_000);
  follow(1);
  const answered = boundAnswer(new Promise((resolve) => setTimeout(resolve, 8_000, "late")));
  await vi.advanceTimersByTimeAsync(answerTimeoutMs - 5_001);
  expect(states).toEqual(["waiting", "waiting"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(states).toEqual(["unavailable", "waiting"]);
  expect(await answered).toBe("late");
  await vi.advanceTimersByTimeAsync(4_999);
  expect(states).toEqual(["unavailable", "waiting"]);
  await vi.advanceTimersByTimeAsync(1);
  expect(states).toEqual(["unavailable", "unavailable"]);
});

it("keeps one timer for all who wait", async () => {
  const waiting = Array.from({ length: 100 }, () => boundAnswer(never()).catch(() => {}));
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(answerTimeoutMs);
  await Promise.all(waiting);
  expect(vi.getTimerCount()).toBe(0);
});
