import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { endOfTurn } from "./end-of-turn.ts";

/** Works without giving up the turn. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

it("comes once for all who wait in a turn", async () => {
  const ended: string[] = [];
  const wait = (name: string) => endOfTurn().then(() => ended.push(name));
  const both = Promise.all([wait("first"), Promise.resolve().then(() => wait("second"))]);
  await Promise.resolve();
  expect(ended).toEqual([]);
  await both;
  expect(ended).toEqual(["first", "second"]);
});

it("comes again for who waits later", async () => {
  const first = endOfTurn();
  await first;
  const second = endOfTurn();
  expect(second).not.toBe(first);
  await second;
});

it("comes at once for the first sixteen", async () => {
  const ended: number[] = [];
  for (let n = 0; n < 17; n++) void endOfTurn().then(() => ended.push(n));
  await Promise.resolve();
  expect(ended).toHaveLength(16);
  await setImmediate();
  expect(ended).toHaveLength(17);
});

it("comes at once for who has waited long", async () => {
  const ended: string[] = [];
  void endOfTurn().then(() => ended.push("first"));
  work(2);
  void endOfTurn().then(() => ended.push("second"));
  await Promise.resolve();
  expect(ended).toEqual(["first", "second"]);
});
