import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { nextTurn } from "./turn.ts";

/** Blocks the event loop. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it("lets other work run while many callers wait, and resolves for each of them", async () => {
  let done = 0;
  const working = Promise.all(
    Array.from({ length: 40 }, async () => {
      for (let step = 0; step < 5; step++) {
        await nextTurn();
        work(2);
        done++;
      }
    }),
  );
  const between: number[] = [];
  let before = 0;
  while (done < 200) {
    await turn();
    between.push(done - before);
    before = done;
  }
  await working;
  // A slice of 5 ms ends after the third step of 2 ms; a busy machine can only make a step longer.
  expect(Math.max(...between)).toBeLessThanOrEqual(4);
});

it("lets nobody wait for ever while others ask for one turn after the other", async () => {
  let isDone = false;
  let steps = 0;
  const busy = Promise.all(
    Array.from({ length: 10 }, async () => {
      while (!isDone && steps < 1_000) {
        await nextTurn();
        work(2);
        steps++;
      }
    }),
  );
  await nextTurn();
  isDone = true;
  await busy;
  // Each of those before it has one turn; how many are in a slice depends on the machine.
  expect(steps).toBeLessThanOrEqual(20);
});
