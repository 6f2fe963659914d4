import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChatError } from "../errors.ts";
import { EventParser, type ServerSentEvent } from "./event-stream.ts";

const encoder = new TextEncoder();

function parse(text: string): ServerSentEvent[] {
  return new EventParser().push(encoder.encode(text));
}

const dataOf = (text: string) => parse(text).map(({ data }) => data);

describe("an event stream", () => {
  test("may end lines with CR, LF or both", () => {
    for (const end of ["\n", "\r", "\r\n"]) {
      const lines = ["event: message", "data: one", "data: two", "", "data: three", "", ""];
      expect(parse(lines.join(end))).toEqual([
        { type: "message", data: "one\ntwo", lastEventId: "" },
        { type: "message", data: "three", lastEventId: "" },
      ]);
    }
  });

  test("may begin with one byte order mark", () => {
    expect(dataOf("\uFEFFdata: x\n\n")).toEqual(["x"]);
    expect(dataOf("\uFEFF\uFEFFdata: x\n\ndata: y\n\n")).toEqual(["y"]);
  });

  test("may have a space after the colon of a field, or no colon", () => {
    expect(dataOf("data:x\n\ndata: x\n\ndata:  x\n\ndata\n\ndata:\n\n")).toEqual([
      "x",
      "x",
      " x",
      "",
      "",
    ]);
  });

  test("has no event for comments, unknown fields and events without data", () => {
    expect(parse(": beat\n\nfield: x\n\nevent: gone\n\n\n\n data: x\n\nDATA: x\n\n")).toEqual([]);
    expect(parse("event: gone\n\ndata: x\n\n")).toEqual([
      { type: "message", data: "x", lastEventId: "" },
    ]);
  });

  test("has no event for one that is cut off", () => {
    expect(parse("data: x\n\ndata: y\n")).toHaveLength(1);
  });

  test("keeps the last id, including that of an event without data, but none with NUL", () => {
    const parser = new EventParser();
    const read = (text: string) => parser.push(encoder.encode(text));
    expect(read("id: a\ndata: 1\n\ndata: 2\n\n").map((event) => event.lastEventId)).toEqual([
      "a",
      "a",
    ]);
    read("id: b\n\n");
    expect(parser.lastEventId).toBe("b");
    read("id: c\0\n\nid: d\n");
    expect(parser.lastEventId).toBe("b");
    read("\nid\n\n");
    expect(parser.lastEventId).toBe("");
  });

  test("tells the id of an event from the last id before it", () => {
    const events = parse("id: a\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\nid: b\n\ndata: 4\n\n");
    expect(events.map(({ id, lastEventId }) => [id, lastEventId])).toEqual([
      ["a", "a"],
      [undefined, "a"],
      ["", ""],
      [undefined, "b"],
    ]);
  });

  test("has a retry time only of digits", () => {
    const parser = new EventParser();
    const read = (text: string) => parser.push(encoder.encode(`${text}\n\n`));
    read("retry: soon\nretry: -1\nretry: 1.5\nretry:");
    expect(parser.retryMs).toBe(undefined);
    read("retry: 1500");
    expect(parser.retryMs).toBe(1_500);
  });

  test("is given up when an event does not end", () => {
    const parser = new EventParser();
    const piece = encoder.encode("x".repeat(1024 * 1024));
    const pushMuch = (line: Uint8Array) => {
      for (let count = 0; count < 9; count++) parser.push(line);
    };
    expect(() => pushMuch(piece)).toThrow(ChatError);
    const lines = encoder.encode(`data: ${"x".repeat(1024 * 1024)}\n`);
    expect(() => new EventParser().push(lines)).not.toThrow();
    expect(() => pushMuch(lines)).toThrow(ChatError);
  });
});

const text = fc.string({ unit: fc.constantFrom("a", ":", " ", "\0", "ä", "🍵", "\uFEFF") });
const line = fc.oneof(
  fc
    .tuple(fc.constantFrom("data", "event", "id", "retry", "x", ""), text)
    .map((parts) => parts.join(":")),
  fc.constant(""),
  fc.constant(""),
  text,
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n")), { maxLength: 40 })
  .map((lines) => encoder.encode(lines.flat().join("")));

test("chunks of any size give the same events", () => {
  const property = fc.property(stream, fc.array(fc.nat(7), { maxLength: 60 }), (bytes, sizes) => {
    const whole = new EventParser();
    const expected = whole.push(bytes);
    const parser = new EventParser();
    const events: ServerSentEvent[] = [];
    let start = 0;
    for (const size of sizes) {
      events.push(...parser.push(bytes.subarray(start, start + size)));
      start += size;
    }
    events.push(...parser.push(bytes.subarray(start)));
    expect(events).toEqual(expected);
    expect([parser.lastEventId, parser.retryMs]).toEqual([whole.lastEventId, whole.retryMs]);
  });
  fc.assert(property, { numRuns: 2_000 });
});
