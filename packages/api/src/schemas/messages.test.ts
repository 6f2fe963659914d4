import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { toChatError } from "../errors.ts";
import { ImportLine, ImportMessagesInput } from "./import.ts";
import {
  GetMessageInput,
  MessagePageInput,
  SendMessageBody,
  SendMessageInput,
} from "./messages.ts";
import { SendNoteInput } from "./notes.ts";

const message = { id: "12345678", user_id: "alice", content: "hi", conversation_id: "room" };
const { conversation_id: _, ...note } = message;

const wrong: [string, unknown][] = [
  ["null", null],
  ["a number", 1],
  ["a boolean", false],
  ["an array", ["hi"]],
  ["an object", {}],
  ["an empty text", ""],
  ["NUL", "before\0after"],
  ["a lone high surrogate", "12345678\ud83d"],
  ["a lone low surrogate", "\ude0012345678"],
  ["a text that is far too long", "x".repeat(100_000)],
];

describe.each<[string, z.ZodType, Record<string, unknown>]>([
  ["a message to send", SendMessageInput, message],
  ["a note to send", SendNoteInput, note],
  ["an import line", ImportLine, { ...message, timestamp: "2020-01-01T00:00:00.000Z" }],
])("%s", (...[, Schema, valid]) => {
  it("is accepted unchanged", () => {
    expect(Schema.parse(valid)).toEqual(valid);
  });

  describe.each(Object.keys(valid))("refuses, with its path, a %s that is", (field) => {
    // No conversation is what makes a note.
    const values = wrong.filter(([, value]) => field !== "conversation_id" || value !== null);
    it.each(values)("%s", (_, value) => {
      expect(pathsOf(Schema, { ...valid, [field]: value })).toEqual([field]);
    });
  });

  it.each(["user_id", "content"])("refuses, with its path, a missing %s", (field) => {
    expect(pathsOf(Schema, { ...valid, [field]: undefined })).toEqual([field]);
  });

  it.each([
    ["seq", 1],
    ["user_ids", []],
    ["Content", "hi"],
    ["content ", "hi"],
    ["undefined", undefined],
  ])("refuses, with its path, the unknown field %j", (field, value) => {
    expect(pathsOf(Schema, { ...valid, [field]: value })).toEqual([field]);
  });

  it("reports all problems at once", () => {
    const paths = pathsOf(Schema, { id: null, user_id: "", a: 1, b: 2 });
    expect(paths.sort()).toEqual(["a", "b", "content", "id", "user_id"]);
  });

  it.each([[undefined], [null], ["text"], [1], [[]], [[valid]]])("cannot be %j", (input) => {
    expect(pathsOf(Schema, input)).toEqual([""]);
  });
});

describe("content", () => {
  it.each([
    ["one character", "x"],
    ["nothing but a space", " "],
    ["control characters", "\u0001\u001b\r\n\t\u0085"],
    ["16,384 ASCII characters", "x".repeat(16_384)],
    ["16,384 astral characters", "\u{1F600}".repeat(16_384)],
    ["an astral character among as many as there can be", `${"x".repeat(16_383)}\u{1F600}`],
  ])("can be %s", (_, content) => {
    expect(SendMessageInput.parse({ ...message, content })).toEqual({ ...message, content });
  });

  it.each([
    ["16,385 ASCII characters", "x".repeat(16_385)],
    ["16,385 astral characters", "\u{1F600}".repeat(16_385)],
    ["an astral character too many", `${"x".repeat(16_384)}\u{1F600}`],
    ["a surrogate pair the wrong way round", "\ude00\ud83d"],
    ["a pair that was cut", "\u{1F600}".slice(0, 1)],
  ])("cannot be %s", (_, content) => {
    expect(pathsOf(SendMessageInput, { ...message, content })).toEqual(["content"]);
  });
});

describe("the fields that a sender cannot set", () => {
  it.each(["2020-01-01T00:00:00.000Z", null])(
    "refuse the timestamp %j, with its path",
    (timestamp) => {
      expect(pathsOf(SendMessageInput, { ...message, timestamp })).toEqual(["timestamp"]);
      expect(pathsOf(SendNoteInput, { ...note, timestamp })).toEqual(["timestamp"]);
    },
  );
});

describe("a body in REST", () => {
  it("can also be a whole message, with any value in fields that only the server sets", () => {
    const timestamp = "2020-01-01T00:00:00.000Z";
    const current = { edited_at: timestamp, reactions: [], thread: {}, changed_seq: 9 };
    const got = { ...message, timestamp, seq: 7, reply_to: 3, metadata: {}, ...current };
    for (const body of [message, got, { ...got, seq: {}, timestamp: null }, { ...got, id: null }]) {
      expect(pathsOf(SendMessageBody, body)).toEqual([]);
    }
    expect(pathsOf(SendMessageBody, { ...got, edited: true })).toEqual(["edited"]);
  });
});

describe("the timestamp of an import line", () => {
  it.each([
    "2004-09-28T10:11:12Z",
    "2004-09-28T10:11:12.123456789Z",
    "2004-09-28T10:11:12+05:45",
    "0000-02-29T00:00:00Z",
    "9999-12-31T23:59:59.999Z",
  ])("can be %s", (timestamp) => {
    expect(ImportLine.parse({ ...message, timestamp }).timestamp).toBe(timestamp);
  });

  it.each([
    "2004-09-28T10:11:12",
    "2004-09-28",
    "2004-09-28 10:11:12Z",
    "2023-02-29T00:00:00Z",
    "2004-13-01T00:00:00Z",
    "2004-09-28T24:00:00Z",
    "2004-09-28T10:11:60Z",
    "12004-09-28T10:11:12Z",
    "+012004-09-28T10:11:12Z",
    "1096366272",
    `2004-09-28T10:11:12.${"0".repeat(64)}Z`,
  ])("cannot be %s", (timestamp) => {
    expect(pathsOf(ImportLine, { ...message, timestamp })).toEqual(["timestamp"]);
  });

  it("can be missing, and so can the id, until the line is sent", () => {
    expect(ImportLine.parse({ user_id: "alice", content: "hi" })).not.toHaveProperty("id");
    const batch = { messages: [message, { user_id: "alice", content: "hi" }] };
    expect(pathsOf(ImportMessagesInput, batch)).toEqual(["messages.1.id"]);
    const unknown = { messages: [{ ...message, seq: 1 }] };
    expect(pathsOf(ImportMessagesInput, unknown)).toEqual(["messages.0.seq"]);
  });
});

describe("the input of a read", () => {
  it("has no unknown fields", () => {
    const page = { conversation_id: "room", limit: 1, before: 2, after: 0 };
    expect(MessagePageInput.parse(page)).toEqual(page);
    expect(pathsOf(MessagePageInput, { ...page, offset: 1 })).toEqual(["offset"]);
    expect(pathsOf(MessagePageInput, { ...page, limit: "1" })).toEqual(["limit"]);
    expect(pathsOf(MessagePageInput, { ...page, before: null })).toEqual(["before"]);
    expect(pathsOf(GetMessageInput, { conversation_id: "room" })).toEqual(["seq"]);
    expect(pathsOf(GetMessageInput, { conversation_id: "room", seq: 1, id: 1 })).toEqual(["id"]);
  });
});

function pathsOf(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input);
  const issues = error ? toChatError(error).issues : [];
  return [...new Set(issues?.map(({ path }) => path))];
}
