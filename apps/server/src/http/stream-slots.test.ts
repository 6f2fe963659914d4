import { expect, it } from "vitest";
import { StreamSlots } from "./stream-slots.ts";

const ann = { kind: "user", user_id: "ann", expiresAt: 0 } as const;
const full = expect.objectContaining({ code: "unavailable" });

it("counts a token's streams by its user, whosever they are", () => {
  const slots = new StreamSlots({ perUser: 2 });
  slots.takeFor(ann);
  const free = slots.takeFor({ ...ann, expiresAt: 1 }, "bob");
  expect(() => slots.takeFor(ann)).toThrow(full);
  slots.takeFor({ ...ann, user_id: "bob" });
  free();
  slots.takeFor(ann);
});

it.each(["key", "trusted"] as const)("counts those of a %s by the user that it names", (kind) => {
  const slots = new StreamSlots({ perUser: 1, perProcess: 10 });
  slots.takeFor({ kind }, "ann");
  expect(() => slots.takeFor({ kind }, "ann")).toThrow(full);
  expect(() => slots.takeFor(ann)).toThrow(full);
  for (let taken = 1; taken < 10; taken++) slots.takeFor({ kind });
  expect(() => slots.takeFor({ kind })).toThrow(full);
});
