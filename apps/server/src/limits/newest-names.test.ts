import fc from "fast-check";
import { expect, it } from "vitest";
import { NewestNames } from "./newest-names.ts";

it("gives up the oldest, and a name that comes again is new", () => {
  const names = new NewestNames(3);
  const gone = ["a", "b", "c", "a", "d", "c", "e", "f"].map((name) => names.add(name));
  expect(gone).toEqual([undefined, undefined, undefined, undefined, "b", undefined, "a", "d"]);
});

it("gives up what a plain list would", () => {
  const name = fc.constantFrom(..."abcdefgh");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(name, { maxLength: 200 }), (max, all) => {
      const names = new NewestNames(max);
      let list: string[] = [];
      for (const one of all) {
        list = [...list.filter((other) => other !== one), one];
        expect(names.add(one)).toBe(list.length > max ? list.shift() : undefined);
      }
    }),
  );
});
