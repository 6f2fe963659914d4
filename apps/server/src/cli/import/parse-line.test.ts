import { describe, expect, it } from "vitest";
import { parseLine } from "./parse-line.ts";

const message = {
  conversation_id: "tea",
  user_id: "[FiDo] ",
  content: "hi",
  timestamp: "2004-12-25T09:14:00Z",
};

describe("parseLine", () => {
  it("reads a message", () => {
    expect(parse(JSON.stringify(message))).toEqual({ kind: "message", message });
    expect(parse('{"user_id":"a","content":"a note"}')).toMatchObject({ kind: "message" });
  });

  it.each([[["ann", "bob"]], ["everyone"]])("reads whom a message mentions: %j", (mentions) => {
    const line = { ...message, mentions };
    expect(parse(JSON.stringify(line))).toEqual({ kind: "message", message: line });
  });

  it.each(["", " ", "\t"])("takes %j for a blank line", (text) => {
    expect(parse(text)).toEqual({ kind: "blank" });
  });

  it("takes a byte order mark at the beginning of the file only", () => {
    const text = `\uFEFF${JSON.stringify(message)}`;
    expect(parse(text, 1)).toEqual({ kind: "message", message });
    expect(parse(text, 2)).toEqual({ kind: "bad", reason: "not JSON" });
    expect(parse("\uFEFF", 1)).toEqual({ kind: "blank" });
  });

  it("says that a line is too long, not UTF-8 or not JSON", () => {
    expect(parseLine({ number: 1, bytes: null, end: 0 })).toMatchObject({
      reason: "longer than 1 MiB",
    });
    const latin1 = Buffer.from('{"user_id":"a","content":"caf\xe9"}', "latin1");
    expect(parseLine({ number: 1, bytes: latin1, end: 0 })).toMatchObject({ reason: "not UTF-8" });
    expect(parse("geheim")).toEqual({ kind: "bad", reason: "not JSON" });
    expect(parse('{"user_id":"a","content":"geheim"')).toEqual({ kind: "bad", reason: "not JSON" });
  });

  it.each([
    ["content", 7],
    ["content", ""],
    ["content", "geheim\0"],
    ["content", "geheim \ud800"],
    ["content", "x".repeat(16_385)],
    ["content", undefined],
    ["user_id", "  "],
    ["user_id", undefined],
    ["conversation_id", ".."],
    ["conversation_id", "x".repeat(129)],
    ["timestamp", "yesterday"],
    ["timestamp", 1_103_965_200],
    ["mentions", []],
    ["mentions", "geheim"],
    ["mentions", ["geheim", "geheim"]],
    ["id", "short"],
    ["id", null],
  ])("names a wrong %s and does not quote the line", (field, value) => {
    const parsed = parse(JSON.stringify({ ...message, content: "geheim", [field]: value }));
    expect(parsed).toMatchObject({ kind: "bad", reason: expect.stringContaining(`${field}: `) });
    expect(JSON.stringify(parsed)).not.toContain("geheim");
  });

  it("refuses fields that it does not know, by name, and what is no object", () => {
    const withSeq = parse(JSON.stringify({ ...message, seq: 1 }));
    expect(withSeq).toEqual({ kind: "bad", reason: "seq: unknown field" });
    for (const text of ["[]", "null", "7", '"geheim"']) {
      expect(parse(text)).toMatchObject({
        kind: "bad",
        reason: expect.not.stringContaining("geheim"),
      });
    }
  });
});

function parse(text: string, number = 1) {
  return parseLine({ number, bytes: Buffer.from(text), end: 0 });
}
