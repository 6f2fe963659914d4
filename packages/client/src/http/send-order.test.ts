import { expect, test } from "vitest";
import { createSendOrder } from "./send-order.ts";

const never = new AbortController().signal;

test("runs the tasks of a lane one after another, in order", async () => {
  const inLane = createSendOrder();
  const steps: string[] = [];
  const gates = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
  const all = gates.map(({ promise }, n) =>
    inLane("a", never, async () => {
      steps.push(`start ${n}`);
      await promise;
      steps.push(`end ${n}`);
    }),
  );
  for (const { resolve } of gates.toReversed()) resolve();
  await Promise.all(all);
  expect(steps).toEqual(["start 0", "end 0", "start 1", "end 1", "start 2", "end 2"]);
});

test("runs the next task after one that failed", async () => {
  const inLane = createSendOrder();
  const failed = inLane("a", never, () => Promise.reject(new Error("lost")));
  const next = inLane("a", never, async () => "done");
  await expect(failed).rejects.toThrow("lost");
  expect(await next).toBe("done");
});

test("does not make lanes wait for one another", async () => {
  const inLane = createSendOrder();
  void inLane("a", never, () => new Promise(() => {}));
  expect(await inLane("b", never, async () => "done")).toBe("done");
});

test("never starts an aborted task, and makes the next one wait for the one before it", async () => {
  const inLane = createSendOrder();
  const steps: number[] = [];
  const gate = Promise.withResolvers<void>();
  const first = inLane("a", never, async () => {
    await gate.promise;
    steps.push(1);
  });
  const controller = new AbortController();
  const second = inLane("a", controller.signal, async () => steps.push(2));
  const third = inLane("a", never, async () => steps.push(3));
  controller.abort();
  await expect(second).rejects.toMatchObject({ code: "aborted" });
  expect(steps).toEqual([]);
  gate.resolve();
  await Promise.all([first, third]);
  expect(steps).toEqual([1, 3]);
});
