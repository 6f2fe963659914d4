import { expect, it } from "vitest";
import { asksForAll } from "./asked-entries.ts";

it.each([
  "text/event-stream;entries=all",
  "text/event-stream; entries=all",
  'Text/Event-Stream ; q=1 ; ENTRIES="all"',
  "application/json, text/event-stream;entries=all;q=0.9, */*",
])("is asked for by %s", (accept) => {
  expect(asksForAll(accept)).toBe(true);
});

it.each([
  "",
  "*/*",
  "text/event-stream",
  "text/event-stream;entries=messages",
  'text/event-stream;entries="all',
  "text/event-stream;entries=all2",
  "text/event-stream, application/json;entries=all",
  "text/event-stream entries=all",
])("is not asked for by %j", (accept) => {
  expect(asksForAll(accept)).toBe(false);
});
