import { expect, test } from "vitest";
import { newRow } from "../../tests/test-log.ts";
import { countUnread, Rest } from "./totals.ts";

const numbers = (conversations: number, messages: number, mentions = 0) => {
  return { conversations, messages, mentions };
};

test("what is archived or muted does not count", () => {
  const unread = { ...newRow("tea"), unread_count: 3, mention_count: 1 };
  const rows = [
    unread,
    { ...unread, archived: true },
    { ...unread, muted_until: "2999-01-01T00:00:00.000Z" },
    { ...unread, muted_until: "2000-01-01T00:00:00.000Z", unread_count: 2, mention_count: 0 },
    newRow("read"),
  ];
  expect(countUnread(rows)).toEqual(numbers(2, 5, 1));
});

test("totals follow what is shown, and keep what is not held", () => {
  const rest = new Rest();
  expect(rest.with(numbers(1, 1))).toBeNull();
  rest.read(numbers(5, 9, 2), numbers(2, 4, 1));
  expect(rest.with(numbers(2, 4, 1))).toEqual(numbers(5, 9, 2));
  expect(rest.with(numbers(3, 7, 1))).toEqual(numbers(6, 12, 2));
  rest.move(numbers(2, 4, 1), numbers(3, 5, 1));
  expect(rest.with(numbers(3, 5, 1))).toEqual(numbers(5, 9, 2));
  expect(rest.isOff).toBe(false);
});

test("totals that do not fit what is held are noticed, until they fit again", () => {
  const rest = new Rest();
  rest.read(numbers(1, 1), numbers(1, 1));
  rest.tell(numbers(2, 3), numbers(1, 2));
  expect(rest.isOff).toBe(true);
  rest.tell(numbers(2, 3), numbers(2, 3));
  expect(rest.isOff).toBe(false);
});

test("totals are never negative", () => {
  const rest = new Rest();
  rest.tell(numbers(0, 0), numbers(1, 3, 1));
  expect(rest.with(numbers(0, 2))).toEqual(numbers(0, 0));
});
