import { isReactionKey, openSqliteStore } from "@chatnest/db";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import {
  parseCursor,
  parseReactorCursor,
  parseReadCursor,
  toCursor,
  toReactorCursor,
  toReadCursor,
} from "./cursor.ts";
import { ChatError } from "./errors.ts";
import { createCaller } from "./root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

const time = "2026-01-31T12:00:00.000Z";

const garbage: [string, string][] = [
  ["nothing", ""],
  ["a blank", " "],
  ["what is no base64url", "%%%"],
  ["what is no JSON", toBase64("[")],
  ["bytes that are no text", Buffer.from([0xff, 0xfe, 0x00]).toString("base64url")],
  ["an object", toBase64({ last_activity_at: time, id: "room" })],
  ["null", toBase64(null)],
  ["a text", toBase64(time)],
  ["an empty array", toBase64([])],
  ["a time without an id", toBase64([time])],
  ["one value too many", toBase64([time, "room", 1])],
  ["two values too many", toBase64([time, "room", true, true])],
  ["a pin that says no", toBase64([time, "room", false])],
  ["a pin in the wrong place", toBase64([true, time, "room"])],
  ["an id that is a number", toBase64([time, 1])],
  ["a time that is a number", toBase64([0, "room"])],
  ["a time that is null", toBase64([null, "room"])],
  ["a day that does not exist", toBase64(["2026-02-30T12:00:00.000Z", "room"])],
  ["an hour that does not exist", toBase64(["2026-01-31T24:00:00.000Z", "room"])],
  ["a date without a time", toBase64(["2026-01-31", "room"])],
  ["a time of no zone", toBase64(["2026-01-31T12:00:00.000", "room"])],
  ["a word for a time", toBase64(["yesterday", "room"])],
];

describe("a cursor", () => {
  it("is read back as the position that it was written for", () => {
    const places = fc.record({
      pinned: fc.boolean(),
      last_activity_at: fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z") })
        .map((date) => date.toISOString()),
      id: fc.string({ unit: "grapheme", minLength: 1, maxLength: 128 }),
    });
    fc.assert(
      fc.property(places, (place) => {
        const cursor = toCursor(place);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(parseCursor(cursor)).toEqual(place);
      }),
    );
  });

  it("of before there were pinned conversations is one behind all of them", () => {
    const cursor = toBase64([time, "room"]);
    expect(parseCursor(cursor)).toEqual({ pinned: false, last_activity_at: time, id: "room" });
    expect(toCursor({ pinned: false, last_activity_at: time, id: "room" })).toBe(cursor);
  });

  it.each(["x".repeat(128), "\u{1F600}".repeat(128), '"'.repeat(128), "\\".repeat(128)])(
    "of the longest ids, such as %s, is short enough to be given back",
    async (id) => {
      const cursor = toCursor({ pinned: true, last_activity_at: time, id });
      expect(cursor.length).toBeLessThanOrEqual(1_024);
      const page = await api.conversations.page({ user_id: "nobody", cursor });
      expect(page).toEqual({ conversations: [], next: null });
    },
  );

  it("continues after its position, also when the conversation there is gone", async () => {
    const user_id = "walker";
    const messages = ["a", "b", "c"].map((name) => ({
      id: `message-${name}`,
      user_id,
      content: "hi",
      conversation_id: name,
      timestamp: time,
    }));
    await api.messages.import({ messages });
    await api.conversations.removeMember({ conversation_id: "b", user_id });
    const cursor = toCursor({ pinned: false, last_activity_at: time, id: "b" });
    const { conversations } = await api.conversations.page({ user_id, cursor });
    expect(conversations.map(({ id }) => id)).toEqual(["c"]);
  });
});

describe("a cursor of reactions", () => {
  it("is read back as the position that it was written for, and is short enough", () => {
    const key = fc.string({ unit: "binary", minLength: 1, maxLength: 64 }).filter(isReactionKey);
    const places = fc.record({ key, seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) });
    fc.assert(
      fc.property(places, (place) => {
        const cursor = toReactorCursor(place);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,1024}$/);
        expect(parseReactorCursor(cursor)).toEqual(place);
      }),
    );
  });

  it.each<[string, string]>([
    // Any text can be a key.
    ...garbage.filter(([what]) => what !== "an id that is a number"),
    ["a position in an inbox", toCursor({ pinned: false, last_activity_at: time, id: "room" })],
    ["a key that is none", toBase64([" ", 1])],
    ["a key of broken Unicode", toBase64(["\ud800", 1])],
    ["a seq that is none", toBase64(["+1", 0])],
    ["a seq that is a text", toBase64(["+1", "1"])],
    ["spaces between its values", Buffer.from('["+1", 1]').toString("base64url")],
  ])("cannot be %s", (_, cursor) => {
    expect(codeOf(() => parseReactorCursor(cursor))).toBe("validation_failed");
  });

  it("is none of an inbox", () => {
    const cursor = toReactorCursor({ key: time, seq: 1 });
    expect(codeOf(() => parseCursor(cursor))).toBe("validation_failed");
  });
});

describe("a cursor of members", () => {
  it("is read back as the position that it was written for, and is short enough", () => {
    const user_id = fc.constantFrom("x", "\u{1F600}", '"').map((unit) => unit.repeat(128));
    const places = fc.record({ place: fc.maxSafeInteger(), user_id });
    fc.assert(
      fc.property(places, (place) => {
        const cursor = toReadCursor(place);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,1024}$/);
        expect(parseReadCursor(cursor)).toEqual(place);
      }),
    );
  });

  it.each<[string, string]>([
    // Any integer can be a place.
    ...garbage.filter(([what]) => what !== "a time that is a number"),
    ["a position in an inbox", toCursor({ pinned: true, last_activity_at: time, id: "room" })],
    ["a position among reactions", toReactorCursor({ key: "+1", seq: 1 })],
    ["a place that is none", toBase64([0.5, "ann"])],
    ["a place beyond all", toBase64([2 ** 53, "ann"])],
    ["a user that is none", toBase64([1, ".."])],
    ["a user of broken Unicode", toBase64([1, "\ud800"])],
  ])("cannot be %s", (_, cursor) => {
    expect(codeOf(() => parseReadCursor(cursor))).toBe("validation_failed");
  });
});

describe("an invalid cursor", () => {
  it.each(garbage)("is refused by name: %s", async (_, cursor) => {
    const issue = {
      path: "cursor",
      code: "invalid_format",
      message: "is not a cursor of this server",
    };
    await expect(api.conversations.page({ user_id: "alice", cursor })).rejects.toMatchObject({
      code: "UNPROCESSABLE_CONTENT",
      cause: { code: "validation_failed", issues: [issue] },
    });
  });

  it("is refused, with its path, when it has 1,025 characters", async () => {
    const cursor = "x".repeat(1_025);
    await expect(api.conversations.page({ user_id: "alice", cursor })).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path: "cursor", code: "too_big" }] },
    });
  });

  it("is refused, whatever it is, and never causes an internal error", () => {
    const codeUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit: codeUnit, maxLength: 1_024 }), (cursor) => {
        expect(codeOf(() => parseCursor(cursor))).toBe("validation_failed");
      }),
    );
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return "none";
  } catch (error) {
    return error instanceof ChatError ? error.code : "unknown";
  }
}

function toBase64(value: unknown): string {
  const text = value === "[" ? value : JSON.stringify(value);
  return Buffer.from(text).toString("base64url");
}
