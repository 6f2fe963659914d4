import { expect, it } from "vitest";
import { isMuted, nameOf } from "./describe.ts";

const id = "0199a3f0-1111-7abc-8def-0123456789ab";

it.each([
  [{ id, title: "Tea", user_ids: ["ada"], member_count: 1 }, "Tea"],
  [{ id: "ubuntu-2004", user_ids: ["ada"], member_count: 1 }, "ubuntu-2004"],
  [{ id, user_ids: ["ada", "grace"], member_count: 2 }, "grace"],
  [{ id, user_ids: ["ada"], member_count: 1 }, "Just you"],
  [{ id, user_ids: ["ada", "b", "c", "d", "e"], member_count: 20 }, "b, c, d and 16 more"],
])("names a conversation after what people know of it: %j is %s", (conversation, name) => {
  expect(nameOf(conversation, "ada")).toBe(name);
});

it("is muted until the time has come", () => {
  const muted_until = "2026-01-01T00:00:00.000Z";
  expect(isMuted({ muted_until: null })).toBe(false);
  expect(isMuted({ muted_until }, Date.parse(muted_until) - 1)).toBe(true);
  expect(isMuted({ muted_until }, Date.parse(muted_until))).toBe(false);
});
