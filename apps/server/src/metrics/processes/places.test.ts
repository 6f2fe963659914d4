import { expect, it } from "vitest";
import { Places } from "./places.ts";

it("gives a member the lowest place that is free, and leaves it there", () => {
  const places = new Places<{ name: string }>();
  const [a, b, c] = [{ name: "a" }, { name: "b" }, { name: "c" }];
  expect([a, b, a].map((member) => places.of(member))).toEqual(["1", "2", "1"]);
  places.free(a);
  expect([c, b, a].map((member) => places.of(member))).toEqual(["1", "2", "3"]);
  places.free({ name: "c" });
  expect(places.of(c)).toBe("1");
});

it("has no more places than there were members at a time, however often they change", () => {
  const places = new Places<object>();
  const stays = {};
  const seen = new Set([places.of(stays)]);
  for (let times = 0; times < 1_000; times++) {
    const comes = {};
    seen.add(places.of(comes));
    places.free(comes);
  }
  expect([...seen]).toEqual(["1", "2"]);
});
