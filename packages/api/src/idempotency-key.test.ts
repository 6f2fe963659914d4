import { randomUUID } from "node:crypto";
import { isMessageId, openSqliteStore } from "@chatnest/db";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { createCaller } from "./root.ts";
import { SendMessageInput } from "./schemas/messages.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

const body = { user_id: "alice", content: "hi", conversation_id: "room" };

const documented = new RegExp(idempotencyKey.pattern, "u");
const refusedKey = expect.objectContaining({
  code: "validation_failed",
  issues: [expect.objectContaining({ path: "Idempotency-Key" })],
});

describe("Idempotency-Key", () => {
  it("becomes a valid message id, and changes no other field", () => {
    const keys = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 255 });
    const printable = keys.filter((key) => /^[\x20-\x7e]+$/.test(key));
    fc.assert(
      fc.property(printable, (key) => {
        const { id, ...rest } = idempotencyKey.apply(body, key, trustedCaller);
        expect(rest).toEqual(body);
        expect(typeof id === "string" && isMessageId(id)).toBe(true);
      }),
    );
    expect(body).not.toHaveProperty("id");
  });

  it("gives the same id for the same key, user and conversation, whatever the content", () => {
    expect(idOf("key", { ...body, content: "other" })).toBe(idOf("key", body));
  });

  it("gives the same id for a note with conversation_id null or absent", () => {
    expect(idOf("key", { user_id: "alice" })).toBe(
      idOf("key", { user_id: "alice", conversation_id: null }),
    );
  });

  it("never gives the same id for different scopes, whatever their parts contain", () => {
    const text = fc.string({ minLength: 1, maxLength: 5 });
    const between = fc.constantFrom("", " ", ",", ":", "/", "|", '","', '\\","', "null");
    fc.assert(
      fc.property(fc.tuple(text, text, text, text), between, ([user_id, b, c, d], mark) => {
        const ids = [
          idOf(d, { user_id: `${user_id}${mark}${b}`, conversation_id: c }),
          idOf(d, { user_id, conversation_id: `${b}${mark}${c}` }),
          idOf(`${c}${mark}${d}`, { user_id, conversation_id: b }),
          idOf(`${b}${mark}${c}${mark}${d}`, { user_id }),
        ];
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      { user_id: "a", conversation_id: "bc" },
      { user_id: "ab", conversation_id: "c" },
    ],
    [
      { user_id: "a", conversation_id: "b" },
      { user_id: "b", conversation_id: "a" },
    ],
    [
      { user_id: "a", conversation_id: null },
      { user_id: "a", conversation_id: "null" },
    ],
    [{ user_id: 'a","b' }, { user_id: "a", conversation_id: "b" }],
    [{ user_id: "key" }, { user_id: "alice" }],
  ])("makes other ids of one key for %o and %o", (one, other) => {
    expect(idOf("key", one)).not.toBe(idOf("key", other));
  });

  it("gives different ids for keys that differ in case or in a space", () => {
    expect(new Set(["key", "Key", "key ", " key"].map((key) => idOf(key, body))).size).toBe(4);
  });

  it("makes a send repeatable, and different content with the same key a conflict", async () => {
    const keyed = { ...body, conversation_id: randomUUID() };
    const sendWith = (content: string) =>
      api.messages.send(
        SendMessageInput.parse(
          idempotencyKey.apply({ ...keyed, content }, "order 66", trustedCaller),
        ),
      );
    const { message } = await sendWith("hi");
    expect(await sendWith("hi")).toEqual({ message, created: false });
    await expect(sendWith("ho")).rejects.toMatchObject({ cause: { code: "conflict" } });
  });

  it.each([randomUUID(), "", 1, null])("is refused together with the id %j", (id) => {
    expect(() => idempotencyKey.apply({ ...body, id }, "key", trustedCaller)).toThrow(refusedKey);
  });

  it.each(["", "x".repeat(256), "a\tb", "a\nb", "a\0b", "\x7f", "caf\u00e9", "\u{1F511}"])(
    "is refused when it is %j",
    (key) => {
      expect(() => idempotencyKey.apply(body, key, trustedCaller)).toThrow(refusedKey);
      expect(key).not.toMatch(documented);
    },
  );

  it.each(["x", "x".repeat(255), '"quoted, as the draft has it"', "!~"])("can be %j", (key) => {
    expect(key).toMatch(documented);
    expect(isMessageId(idOf(key, body))).toBe(true);
  });
});

function idOf(key: string, input: Record<string, unknown>): string {
  return String(idempotencyKey.apply(input, key, trustedCaller)["id"]);
}
