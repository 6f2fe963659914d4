import fc from "fast-check";
import { expect, test } from "vitest";
import { newRow } from "../../tests/test-log.ts";
import { compareConversations } from "./inbox-order.ts";

test("pinned ones come first, then the most recently active", () => {
  const at = (last_activity_at: string, id: string, pinned = false) => {
    return { ...newRow(id), last_activity_at, pinned };
  };
  const rows = [
    at("2026-01-01T00:00:00.000Z", "old"),
    at("2026-01-02T00:00:00.000Z", "b"),
    at("2026-01-02T00:00:00.000Z", "a"),
    at("2025-01-01T00:00:00.000Z", "pinned", true),
    at("2026-01-03T00:00:00.000Z", "new"),
  ];
  const ids = rows.toSorted(compareConversations).map(({ id }) => id);
  expect(ids).toEqual(["pinned", "new", "a", "b", "old"]);
});

test("ties are in the order of code points, as UTF-8 sorts", () => {
  // Above and below the surrogates, and those themselves.
  const text = fc.string({ unit: fc.constantFrom("a", "퟿", "", "￿", "🍵"), maxLength: 4 });
  fc.assert(
    fc.property(text, text, (left, right) => {
      const bytes = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareConversations(newRow(left), newRow(right)))).toBe(bytes);
    }),
  );
});
