import type { ListedMessage } from "@chatnest/client";
import { expect, it } from "vitest";
import {
  countAfter,
  findFirstUnread,
  findLoaded,
  indexAfter,
  newestSeq,
  placeMessage,
} from "./message-rows.ts";

function say(seq: number | null, user_id: string, timestamp: string): ListedMessage {
  const id = `message-${seq ?? "sent"}`;
  const shared = { id, user_id, timestamp, seq, content: id, conversation_id: "tea" };
  return { ...shared, status: seq === null ? "pending" : "confirmed", changes: [] };
}

const messages = [
  say(2, "ada", "2026-03-01T12:00:00.000Z"),
  say(3, "ada", "2026-03-01T12:01:00.000Z"),
  say(7, "bob", "2026-03-01T12:02:00.000Z"),
  say(8, "bob", "2026-03-01T12:30:00.000Z"),
  say(9, "bob", "2026-03-04T12:31:00.000Z"),
  say(null, "ada", "2026-03-04T12:32:00.000Z"),
];

it("puts messages of one author in a few minutes into one group, and begins days", () => {
  const places = messages.map((_, index) => placeMessage(messages, index));
  expect(places.map(({ startsGroup }) => startsGroup)).toEqual([
    true,
    false,
    true,
    true,
    true,
    true,
  ]);
  expect(places.map(({ startsDay }) => startsDay)).toEqual([
    true,
    false,
    false,
    false,
    true,
    false,
  ]);
});

it.each([
  [0, 0],
  [2, 1],
  [5, 2],
  [9, 5],
  [99, 5],
])("finds the first message after position %i", (seq, index) => {
  expect(indexAfter(messages, seq)).toBe(index);
});

it("finds and counts what others said after a position", () => {
  expect(findFirstUnread(messages, { after: 2, upTo: 9, count: 2 }, "ada")).toBe(2);
  expect(findFirstUnread(messages, { after: 2, upTo: 6, count: 2 }, "ada")).toBe(-1);
  expect(findFirstUnread(messages, { after: 9, upTo: 9, count: 2 }, "ada")).toBe(-1);
  expect(findFirstUnread(messages, undefined, "ada")).toBe(-1);
  expect(countAfter(messages, 2, "ada")).toBe(3);
  expect(countAfter(messages, 8, "bob")).toBe(1);
  expect(newestSeq(messages)).toBe(9);
  expect(newestSeq([])).toBe(0);
});

it("finds a message by its position, and tells a deleted one from one that is not loaded", () => {
  expect(findLoaded(messages, 7, true)?.id).toBe("message-7");
  expect(findLoaded(messages, 4, true)).toBeNull();
  expect(findLoaded(messages, 1, true)).toBeUndefined();
  expect(findLoaded(messages, 1, false)).toBeNull();
  expect(findLoaded([], 1, true)).toBeUndefined();
});
