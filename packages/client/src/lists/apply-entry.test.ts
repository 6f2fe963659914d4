import { describe, expect, test } from "vitest";
import type { Message } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";
import { applyEntry } from "./apply-entry.ts";

const timestamp = "2026-01-01T00:00:00.000Z";
const base = { id: "message-1", user_id: "ada", timestamp, conversation_id: "tea" };
const message: Message = { ...base, seq: 3, content: "Hello", metadata: { a: 1 } };
const later = { ...base, id: "entry-1", timestamp: "2026-01-02T00:00:00.000Z" };
const target = { ...later, target_seq: 3 };
const thread = { count: 2, last_seq: 9, last_at: later.timestamp };
const reactions = [{ key: "x", count: 1, user_ids: ["ada"] }];

const edit: AnyEntry = {
  kind: "edit",
  ...target,
  seq: 5,
  edited: ["content", "metadata"],
  content: "Hello!",
};
const reaction: AnyEntry = {
  kind: "reaction",
  ...target,
  seq: 6,
  key: "x",
  added: true,
  reactions,
};
const deletion: AnyEntry = { kind: "deletion", ...target, seq: 8 };

describe("a message after an entry", () => {
  test("has the new text, and what else it had", () => {
    const { metadata: _, ...rest } = message;
    const edited = { ...rest, content: "Hello!", edited_at: later.timestamp, changed_seq: 5 };
    expect(applyEntry(message, edit)).toEqual(edited);
    expect(applyEntry(edited, reaction)).toEqual({ ...edited, reactions, changed_seq: 6 });
  });

  test("mentions whom it mentioned, until it is deleted", () => {
    const mentioning: Message = { ...message, mentions: ["grace"] };
    expect(applyEntry(mentioning, edit).mentions).toEqual(["grace"]);
    expect(applyEntry(mentioning, deletion)).toEqual(applyEntry(message, deletion));
  });

  test("has no reactions when all are removed", () => {
    const reacted = applyEntry(message, reaction);
    const removed = { ...reaction, seq: 7, added: false, reactions: [] };
    expect(applyEntry(reacted, removed)).toEqual({ ...message, changed_seq: 7 });
  });

  test("is a stub when it is deleted, whose thread goes on", () => {
    const reply: AnyEntry = {
      kind: "message",
      ...later,
      seq: 9,
      content: "a reply",
      thread_seq: 3,
      thread_state: thread,
    };
    const stub = { ...base, seq: 3, content: "", deleted_at: later.timestamp, changed_seq: 8 };
    const deleted = [edit, reaction, deletion].reduce(applyEntry, message);
    expect(deleted).toEqual(stub);
    expect(applyEntry(deleted, reply)).toEqual({ ...stub, thread, changed_seq: 9 });
    expect(applyEntry(deleted, { ...reaction, seq: 10 })).toBe(deleted);
  });

  test("has no thread when its replies are deleted", () => {
    const state = { ...thread, count: 0, last_seq: 0 };
    const end: AnyEntry = { ...deletion, target_seq: 9, thread_seq: 3, thread_state: state };
    const { thread: _, ...rest } = applyEntry({ ...message, thread }, end);
    expect(rest).toEqual({ ...message, changed_seq: 8 });
    expect(_).toBeUndefined();
  });

  test.each<[string, AnyEntry]>([
    ["is already in it", { ...edit, seq: 3 }],
    ["is about another message", { ...edit, target_seq: 4 }],
    ["is of another conversation", { ...edit, conversation_id: "milk" }],
    ["has an erased text", { ...edit, content: "", erased: true }],
    ["is another message", { ...base, kind: "message", seq: 9, content: "Hello" }],
    ["is unknown", { kind: "unknown", name: "pin", conversation_id: "tea", seq: 9, data: target }],
  ])("is the same object when the entry %s", (_, entry) => {
    expect(applyEntry(message, entry)).toBe(message);
  });
});
