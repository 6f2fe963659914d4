import { expect, it } from "vitest";
import type { Metadata } from "../../src/metadata.ts";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal } from "../log.ts";
import { Room } from "../room.ts";

const given: [string, Metadata][] = [
  ["nothing", {}],
  ["every kind of value", { a: [1, -1.5e-7, true, false, null, "", [], {}], b: { c: "d" } }],
  [
    "names of properties",
    JSON.parse('{"__proto__":{"x":1},"constructor":{"prototype":1},"toString":0}'),
  ],
  [
    "names that databases know",
    { $set: { "a.b": 1 }, "": "", "a.b": 1, _id: 2, "$.x": 3, $date: "4" },
  ],
  ["five levels", { a: [{ b: [{ c: 1 }] }] }],
  [
    "any text",
    { "\u0000": "\0\n\u2028\u{1F600}'\"\\", "cafe\u0301": "caf\u00E9", "\ud800": "\udfff" },
  ],
  [
    "numbers at the edge",
    { max: Number.MAX_SAFE_INTEGER, big: 1.7976931348623157e308, tiny: 5e-324 },
  ],
  ["8 KiB", { a: "x".repeat(8 * 1024 - 8) }],
  ["names that look like numbers", { b: 1, "2": 2, a: 3, "1": 4 }],
];

const refused: [string, unknown][] = [
  ["more than 8 KiB", { a: "x".repeat(8 * 1024 - 7) }],
  ["more than 8 KiB in few characters", { a: "\u{1F600}".repeat(2_100) }],
  ["six levels", { a: [{ b: [{ c: [] }] }] }],
  ["a thousand levels", JSON.parse(`{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}`)],
  ["an array", []],
  ["a text", "text"],
  ["a number that is none", { a: Number.NaN }],
  ["an infinite number", { a: Number.POSITIVE_INFINITY }],
  ["nothing where a value should be", { a: undefined }],
  ["a date", { a: new Date(0) }],
  ["a map", { a: new Map() }],
  ["a big integer", { a: 1n }],
];

/** Metadata: a JSON object of the application, given back equal. */
export function metadataContract(store: () => ChatStore): void {
  it.each(given)("with %s comes back equal, from a send and from an edit", async (_, metadata) => {
    const room = new Room(store);
    const sent = await room.say({ metadata });
    expect(sent.metadata).toEqual(metadata);
    await room.say();
    const edit = await room.edit(2, { metadata });
    expect(edit.metadata).toEqual(metadata);
    const text = JSON.stringify(metadata);
    const found = [
      ...(await room.messages()),
      ...(await room.messages({ from: "newest" })),
      ...[await room.message(1), await room.message(2)],
      ...(await room.versions(1)),
      ...(await room.versions(2)).slice(1),
      ...(await room.entries()).filter((entry) => entry.seq !== 2),
    ];
    expect(found).toHaveLength(10);
    for (const each of found) {
      const read = each !== null && "metadata" in each ? each.metadata : undefined;
      expect(read).toEqual(metadata);
      expect(JSON.stringify(read)).toBe(text);
    }
    expect(Object.getPrototypeOf({})).not.toHaveProperty("x");
  });

  it.each(refused)("with %s is refused", async (_, metadata) => {
    const room = new Room(store);
    await room.say();
    const fields = { metadata: metadata as Metadata };
    const invalid = { code: "invalid", field: "metadata" };
    await expect(room.say(fields)).rejects.toMatchObject(invalid);
    await expect(room.edit(1, fields)).rejects.toMatchObject(invalid);
    expect(await room.entries()).toHaveLength(1);
  });

  it("is not there when it was not given, and gone when it was removed", async () => {
    const room = new Room(store);
    await room.say();
    expect(await room.message(1)).not.toHaveProperty("metadata");
    await room.edit(1, { metadata: { a: 1 } });
    expect(await room.message(1)).toMatchObject({ metadata: { a: 1 }, content: "hello" });
    await room.edit(1, { metadata: null });
    expect(await room.message(1)).not.toHaveProperty("metadata");
    await room.edit(1, { content: "other" });
    expect(await room.message(1)).not.toHaveProperty("metadata");
    await room.edit(1, { metadata: {} });
    expect(await room.message(1)).toMatchObject({ metadata: {} });
  });

  it("of a stored entry is not that of the caller, who may change it", async () => {
    const room = new Room(store);
    const metadata: Metadata = { a: 1 };
    const sending = room.say({ metadata });
    const { metadata: answered } = await sending;
    metadata["a"] = 2;
    expect(await room.message(1)).toMatchObject({ metadata: { a: 1 } });
    if (answered) answered["a"] = 3;
    expect(await room.message(1)).toMatchObject({ metadata: { a: 1 } });
    const message = room.newMessage({ metadata: { a: 1, b: { c: 2, d: [] } } });
    await room.store(message);
    const inOtherOrder = { ...message, metadata: { b: { d: [], c: 2 }, a: 1 } };
    expect(await room.store(inOtherOrder)).toMatchObject({ created: false });
    await expectRefusal(
      room.store({ ...message, metadata: { a: 1, b: { c: 2, d: [null] } } }),
      "conflict",
    );
  });
}
