import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { endOfTurn } from "./end-of-turn.ts";

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
  await setImmediate();
  await second;
});
