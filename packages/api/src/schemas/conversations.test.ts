import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { toChatError } from "../errors.ts";
import {
  CreateConversationBody,
  CreateConversationInput,
  GetConversationInput,
} from "./conversations.ts";
import { AllConversationsInput, ConversationPageInput } from "./inboxes.ts";
import { MemberInput } from "./members.ts";

const conversation = { id: "room", user_ids: ["ann", "bob"] };

describe("a new conversation", () => {
  it("is accepted unchanged, with its members in order", () => {
    expect(CreateConversationInput.parse(conversation)).toEqual(conversation);
    expect(CreateConversationInput.parse({ user_ids: ["z", "a"] })).toEqual({
      user_ids: ["z", "a"],
    });
  });

  it.each<[string, unknown, string]>([
    ["an id that is null", { ...conversation, id: null }, "id"],
    ["an id that is empty", { ...conversation, id: "" }, "id"],
    ["an id of 129 characters", { ...conversation, id: "x".repeat(129) }, "id"],
    ["an id with a lone surrogate", { ...conversation, id: "\ud800" }, "id"],
    ["no members", { id: "room" }, "user_ids"],
    ["members that are null", { user_ids: null }, "user_ids"],
    ["members that are a text", { user_ids: "ann" }, "user_ids"],
    ["members that are an object", { user_ids: { 0: "ann", length: 1 } }, "user_ids"],
    ["an empty list of members", { user_ids: [] }, "user_ids"],
    ["a member who is named twice", { user_ids: ["ann", "bob", "ann"] }, "user_ids"],
    ["a member who is a number", { user_ids: ["ann", 1] }, "user_ids.1"],
    ["a member who is null", { user_ids: [null] }, "user_ids.0"],
    ["a member without a name", { user_ids: ["ann", ""] }, "user_ids.1"],
    ["a member with NUL", { user_ids: ["a\0"] }, "user_ids.0"],
    ["a member named by a dot", { user_ids: ["."] }, "user_ids.0"],
    ["messages", { ...conversation, messages: [] }, "messages"],
    ["a time of creation", { ...conversation, created_at: "2020-01-01T00:00:00Z" }, "created_at"],
    ["nothing", undefined, ""],
    ["a list", [conversation], ""],
  ])("is refused by name with %s", (_, input, path) => {
    expect(pathsOf(CreateConversationInput, input)).toEqual([path]);
  });

  it("keeps members apart whose ids look alike", () => {
    const user_ids = ["\u00e9", "e\u0301", "a", "A", "a "];
    expect(CreateConversationInput.parse({ user_ids })).toEqual({ user_ids });
  });

  it.each([1, 1_000])("can have %d members", (length) => {
    const user_ids = Array.from({ length }, (_, index) => `${index}`);
    expect(CreateConversationInput.parse({ user_ids })).toEqual({ user_ids });
  });

  it("cannot have 1,001 members", () => {
    const user_ids = Array.from({ length: 1_001 }, (_, index) => `${index}`);
    expect(pathsOf(CreateConversationInput, { user_ids })).toEqual(["user_ids"]);
  });
});

describe("a body in REST", () => {
  it("can also be a whole conversation, with any value in fields that only the server sets", () => {
    const got = {
      ...conversation,
      messages: [],
      created_at: "2020-01-01T00:00:00.000Z",
      last_seq: 0,
      member_count: 2,
      last_activity_at: "2020-01-01T00:00:00.000Z",
    };
    const inInbox = { ...got, read_seq: 3, revision: 0, unread_count: 1, mention_count: 0 };
    const whole = { ...inInbox, muted_until: null, pinned: true, archived: false };
    expect(pathsOf(CreateConversationBody, whole)).toEqual([]);
    for (const body of [conversation, got, { ...got, messages: 7, last_seq: null, id: null }]) {
      expect(pathsOf(CreateConversationBody, body)).toEqual([]);
    }
    expect(pathsOf(CreateConversationBody, { ...got, title: "x" })).toEqual(["title"]);
  });
});

describe("the input of an inbox", () => {
  const carried = { messages: 50, members: 1_000 };

  it("has its defaults", () => {
    expect(ConversationPageInput.parse({ user_id: "ann" })).toEqual({
      user_id: "ann",
      limit: 20,
      ...carried,
    });
    expect(AllConversationsInput.parse({ user_id: "ann" })).toEqual({
      user_id: "ann",
      ...carried,
    });
    expect(GetConversationInput.parse({ conversation_id: "room" })).toEqual({
      conversation_id: "room",
      ...carried,
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ["user_id", { user_id: undefined }],
    ["user_id", { user_id: ["ann"] }],
    ["limit", { limit: "20" }],
    ["limit", { limit: null }],
    ["limit", { limit: 0 }],
    ["limit", { limit: 1_001, messages: 1 }],
    ["messages", { messages: -1 }],
    ["messages", { messages: 1_001, limit: 1 }],
    ["messages", { messages: "0" }],
    ["members", { members: -1 }],
    ["members", { members: 1_001 }],
    ["archived", { archived: "true" }],
    ["archived", { archived: null }],
    ["unread", { unread: 1 }],
    ["unread", { unread: null }],
    ["cursor", { cursor: 1 }],
    ["cursor", { cursor: null }],
    ["cursor", { cursor: "x".repeat(1_025) }],
    ["before", { before: 1 }],
    ["offset", { offset: 0 }],
  ])("is refused by its %s (%o)", (path, fields) => {
    expect(pathsOf(ConversationPageInput, { user_id: "ann", ...fields })).toEqual([path]);
  });

  it("has no limit or cursor when the whole inbox is read", () => {
    expect(pathsOf(AllConversationsInput, { user_id: "ann", limit: 1 })).toEqual(["limit"]);
    expect(pathsOf(AllConversationsInput, { user_id: "ann", cursor: "x" })).toEqual(["cursor"]);
    expect(pathsOf(AllConversationsInput, { user_id: "ann", unread: true })).toEqual(["unread"]);
  });
});

describe("a member", () => {
  it.each<[string, Record<string, unknown>]>([
    ["user_id", { user_id: undefined }],
    ["user_id", { user_id: "\u3000" }],
    ["conversation_id", { conversation_id: undefined }],
    ["conversation_id", { conversation_id: null }],
    ["role", { role: "owner" }],
  ])("is refused by its %s (%o)", (path, fields) => {
    const member = { conversation_id: "room", user_id: "ann", ...fields };
    expect(pathsOf(MemberInput, member)).toEqual([path]);
  });
});

function pathsOf(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input);
  const issues = error ? toChatError(error).issues : [];
  return [...new Set(issues?.map(({ path }) => path))];
}
