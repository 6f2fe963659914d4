import { expect, it } from "vitest";
import { callInSlices } from "./call-in-slices.ts";

it("makes calls in their order, a slice in each turn of the event loop", async () => {
  let turn = 0;
  const counting = setInterval(() => {}, 1_000);
  const count = () => {
    turn++;
    if (turn < 10) setImmediate(count);
  };
  setImmediate(count);
  const made: [number, number][] = [];
  const calls = Array.from({ length: 7 }, (_, n) => () => void made.push([n, turn]));
  await callInSlices(calls, 3);
  clearInterval(counting);
  expect(made.map(([n]) => n)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(made.map(([, at]) => at)).toEqual([0, 0, 0, 1, 1, 1, 2]);
});

it("runs what a call sets off before the next slice", async () => {
  const order: string[] = [];
  const call = (name: string) => () => {
    order.push(name);
    void Promise.resolve().then(() => order.push(`after ${name}`));
  };
  await callInSlices([call("a"), call("b"), call("c")], 2);
  expect(order).toEqual(["a", "b", "after a", "after b", "c", "after c"]);
});
