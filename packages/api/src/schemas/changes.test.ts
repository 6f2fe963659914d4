import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { toChatError } from "../errors.ts";
import { DeleteMessageInput, EditMessageInput, ReactInput } from "./changes.ts";
import { LogPageInput } from "./entries.ts";
import { ImportLine, ImportMessagesInput } from "./import.ts";
import { MessagePageInput, ReplyPageInput, SendMessageInput } from "./messages.ts";
import { ReactorPageInput } from "./reactions.ts";

const place = { conversation_id: "room", seq: 7 };
const change = { ...place, user_id: "ann", id: "12345678" };
const by = { id: "12345678", user_id: "ann", conversation_id: "room", target_seq: 7 };
const sent = { user_id: "ann", content: "hi", conversation_id: "room" };

const inputs: [string, z.ZodType, Record<string, unknown>][] = [
  ["a message", SendMessageInput, { ...sent, reply_to: 1, thread_seq: 2, metadata: { a: 1 } }],
  ["an edit", EditMessageInput, { ...change, content: "ho", metadata: {}, unchanged_since: 9 }],
  ["a deletion", DeleteMessageInput, change],
  ["a reaction", ReactInput, { ...change, key: "+1" }],
  ["a page of reactions", ReactorPageInput, { ...place, key: "+1", limit: 1, cursor: "x" }],
  ["a page of replies", ReplyPageInput, { ...place, limit: 1, before: 2, after: 0 }],
  ["a page of a log", LogPageInput, { conversation_id: "room", after: 0, limit: 1_000 }],
  [
    "a page of messages",
    MessagePageInput,
    { conversation_id: "room", limit: 1, view: "main", deleted: "include" },
  ],
  ["an imported edit", ImportLine, { ...by, kind: "edit", content: "ho", metadata: null }],
  ["an imported deletion", ImportLine, { ...by, kind: "deletion" }],
  ["an imported reaction", ImportLine, { ...by, kind: "reaction", key: "+1", added: false }],
  ["an imported message", ImportLine, { ...sent, kind: "message", reply_to: 1, metadata: {} }],
];

const wrong: [string, unknown][] = [
  ["a boolean", "true"],
  ["an empty text", ""],
  ["a fraction", 1.5],
  ["a negative number", -1],
  ["a list", [1]],
  ["an object with an operator", { $ne: { $gt: { $in: { a: { b: {} } } } } }],
  ["broken Unicode", "12345678\ud800"],
  ["a text that is far too long", "x".repeat(100_000)],
];

describe.each(inputs)("%s", (...[, schema, valid]) => {
  it("is accepted unchanged", () => {
    expect(schema.parse(valid)).toEqual(valid);
  });

  // A cursor is read later, where it is refused as well.
  const fields = Object.keys(valid).filter((field) => field !== "cursor");
  it.each(fields)("refuses, with its path, a wrong %s", (field) => {
    for (const [what, value] of wrong) {
      const given = { ...valid, [field]: value };
      if (schema.safeParse(given).success) {
        // What is a text at all can be one of these.
        expect([what, field]).toEqual([
          what,
          expect.stringMatching(/content|key|^(?:conversation|user)_id$/),
        ]);
        continue;
      }
      expect([what, pathsOf(schema, given)]).toEqual([what, [field]]);
    }
  });

  it("refuses, with its path, an unknown field", () => {
    expect(pathsOf(schema, { ...valid, edited: 1 })).toEqual(["edited"]);
    expect(
      pathsOf(schema, JSON.parse(JSON.stringify(valid).replace("{", '{"__proto__":{},'))),
    ).toEqual(["__proto__"]);
  });
});

describe("an edit", () => {
  it("changes something", () => {
    expect(pathsOf(EditMessageInput, change)).toEqual(["content"]);
    expect(pathsOf(ImportLine, { ...by, kind: "edit" })).toEqual(["content"]);
    expect(pathsOf(EditMessageInput, { ...change, metadata: null })).toEqual([]);
  });
});

describe("an import line", () => {
  it("is of a kind that there is", () => {
    for (const kind of ["joined", "", null, 1, "Message", "__proto__"]) {
      expect([kind, pathsOf(ImportLine, { ...by, kind, content: "x" })]).toEqual([kind, ["kind"]]);
    }
  });

  it("has the fields of its own kind only", () => {
    expect(pathsOf(ImportLine, { ...sent, target_seq: 1 })).toEqual(["target_seq"]);
    expect(pathsOf(ImportLine, { ...by, kind: "deletion", content: "x" })).toEqual(["content"]);
    expect(pathsOf(ImportLine, { ...by, kind: "reaction", key: "+1" })).toEqual(["added"]);
  });

  it("has an id when it is sent, and is named by its number", () => {
    const { id: _, ...unnamed } = by;
    const messages = [
      { ...by, kind: "deletion" },
      { ...unnamed, kind: "deletion" },
    ];
    expect(pathsOf(ImportMessagesInput, { messages })).toEqual(["messages.1.id"]);
  });
});

function pathsOf(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input);
  const issues = error ? toChatError(error).issues : [];
  return [...new Set(issues?.map(({ path }) => path))];
}
