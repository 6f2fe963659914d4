import { randomUUID } from "node:crypto";
import { openSqliteStore, StoreError } from "@chatnest/db";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { Bound, ConversationId, MessageId, Seq, UserId } from "./ids.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

const notTexts: [string, unknown][] = [
  ["nothing", undefined],
  ["null", null],
  ["a number", 12345678],
  ["a boolean", true],
  ["an array", ["alice"]],
  ["an object", { id: "alice" }],
];

describe.each([
  ["user", UserId],
  ["conversation", ConversationId],
])("the id of a %s", (_, Id) => {
  it.each([
    "a",
    "[FiDo] ",
    "|trey|",
    "a^b{c}`\\",
    " a",
    "...",
    "a/b?c#d%20",
    "__proto__",
    "constructor",
    "null",
    "\u{1F469}\u200d\u{1F680}",
    "e\u0301",
    "\u202eabc",
    "x".repeat(128),
    "\u00e9".repeat(128),
    "\u{1F600}".repeat(128),
  ])("can be %j, unchanged", (id) => {
    expect(Id.parse(id)).toBe(id);
  });

  it.each([
    ["empty", ""],
    ["blank", "  "],
    ["blank beyond ASCII", "\u3000\u2003"],
    ["a dot", "."],
    ["two dots", ".."],
    ["129 ASCII characters", "x".repeat(129)],
    ["129 astral characters", "\u{1F600}".repeat(129)],
    ["128 astral characters and one more", `${"\u{1F600}".repeat(128)}x`],
    ["very long", "x".repeat(100_000)],
    ["with NUL", "a\0b"],
    ["with a line end", "a\n"],
    ["with DEL", "a\u007f"],
    ["with a C1 control", "a\u0085"],
    ["with a lone high surrogate", "a\ud83d"],
    ["with a lone low surrogate", "\ude00a"],
    ...notTexts,
  ])("cannot be %s", (_, id) => {
    expect(Id.safeParse(id).success).toBe(false);
  });
});

describe("the id of a message", () => {
  it.each(["12345678", "x".repeat(64), "A-Z_a-z0", "--------", randomUUID()])(
    "can be %j, unchanged",
    (id) => {
      expect(MessageId.parse(id)).toBe(id);
    },
  );

  it.each([
    ["empty", ""],
    ["7 characters", "x".repeat(7)],
    ["65 characters", "x".repeat(65)],
    ["with a space", "1234567 "],
    ["with a line end", "12345678\n"],
    ["with a dot", "1234567."],
    ["with a slash", "1234567/"],
    ["beyond ASCII", "\u00e9".repeat(8)],
    ...notTexts,
  ])("cannot be %s", (_, id) => {
    expect(MessageId.safeParse(id).success).toBe(false);
  });
});

describe("a position", () => {
  it.each([1, 2 ** 53 - 1])("can be %d", (seq) => {
    expect(Seq.parse(seq)).toBe(seq);
    expect(Bound.parse(seq)).toBe(seq);
  });

  it("can be 0 only as a bound of a page", () => {
    expect(Bound.parse(0)).toBe(0);
    expect(Seq.safeParse(0).success).toBe(false);
  });

  it.each([-1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, "1", null, true, 1n])(
    "cannot be %s",
    (seq) => {
      expect(Seq.safeParse(seq).success).toBe(false);
      expect(Bound.safeParse(seq).success).toBe(false);
    },
  );
});

describe("the schemas and the store", () => {
  const codeUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

  it("accept the same ids", async () => {
    const text = fc.oneof(
      fc.string({ unit: codeUnit, maxLength: 140 }),
      fc.string({
        unit: fc.constantFrom(".", " ", "\0", "\ud800", "\u{1F600}", "a"),
        maxLength: 5,
      }),
      fc.string({ unit: fc.constantFrom("a", "\u{1F600}"), minLength: 126, maxLength: 130 }),
    );
    await fc.assert(
      fc.asyncProperty(text, async (id) => {
        expect(UserId.safeParse(id).success).toBe(await isTaken(id));
      }),
    );
  });
});

describe("the pattern of an id in the OpenAPI document", () => {
  const { pattern = "", minLength = 0, maxLength = 0 } = z.toJSONSchema(UserId);
  const regex = new RegExp(pattern, "u");
  const part = fc.constantFrom(
    ...[".", " ", "\t", "\u001f", "\u0085", "\u00a0", "\u2028", "\u3000", "\ufeff", "\u200b"],
    ...["a", "\u{1F600}", "\\", "\0", "\u007f", "\u1680", "\u180e", "\n", "\r", "\u200a"],
  );

  it("allows exactly the ids that are accepted", () => {
    const text = fc.oneof(
      fc.string({ unit: part, maxLength: 3 }),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.string({ unit: fc.constantFrom("a", "\u{1F600}"), minLength: 126, maxLength: 130 }),
    );
    fc.assert(
      fc.property(text, (id) => {
        const { length } = [...id];
        const isAllowed = length >= minLength && length <= maxLength && regex.test(id);
        expect(isAllowed).toBe(UserId.safeParse(id).success);
      }),
      { numRuns: 5_000 },
    );
  });
});

async function isTaken(userId: string): Promise<boolean> {
  try {
    await store.conversations.inbox(userId, { limit: 1 });
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(StoreError);
    return false;
  }
}
