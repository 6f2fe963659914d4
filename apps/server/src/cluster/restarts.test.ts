import { expect, it } from "vitest";
import { Restarts } from "./restarts.ts";

it("starts a process that lived again soon", () => {
  const restarts = new Restarts(2);
  for (let times = 0; times < 100; times++) expect(restarts.pauseAfter(10_000)).toBe(250);
});

it("waits longer each time that all processes end at once, and then gives up", () => {
  const restarts = new Restarts(2);
  const pauses = Array.from({ length: 9 }, () => restarts.pauseAfter(100));
  expect(pauses).toEqual([250, 250, 500, 500, 1000, 1000, 2000, 2000, undefined]);
});

it("begins anew after a process that lived", () => {
  const restarts = new Restarts(1);
  for (let times = 0; times < 20; times++) {
    expect(restarts.pauseAfter(100)).toBe(250);
    expect(restarts.pauseAfter(100)).toBe(500);
    restarts.pauseAfter(60_000);
  }
});
