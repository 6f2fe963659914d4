import { expect, test } from "vitest";
import { createMessageId } from "./message-id.ts";

test("makes a UUIDv7 of the current time", () => {
  const before = Date.now();
  const id = createMessageId();
  const after = Date.now();
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(after);
});

test("makes a different one each time", () => {
  const ids = Array.from({ length: 10_000 }, createMessageId);
  expect(new Set(ids).size).toBe(ids.length);
});
