import { expect, it } from "vitest";
import type { Metadata } from "../../src/metadata.ts";
import type { ConversationChange } from "../../src/ports/conversations.ts";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal } from "../log.ts";
import { unique, upTo } from "../make.ts";
import { newChat } from "../reader.ts";
import { Room } from "../room.ts";

/** The title and the metadata of a conversation. */
export function conversationChangesContract(store: () => ChatStore): void {
  const update = ({ id }: Room, change: ConversationChange) =>
    store().conversations.update(id, change);
  const read = async ({ id }: Room) => (await store().conversations.get([id], 1))[0];

  it("are not there until they are set, and gone when they are removed", async () => {
    const { room } = await newChat(store);
    const before = await read(room);
    expect(before).not.toHaveProperty("title");
    expect(before).not.toHaveProperty("metadata");
    await update(room, { title: "Plans" });
    expect(await read(room)).toEqual({ ...before, title: "Plans" });
    await update(room, { metadata: { color: "red" } });
    expect(await read(room)).toEqual({ ...before, title: "Plans", metadata: { color: "red" } });
    await update(room, { title: null });
    expect(await read(room)).toEqual({ ...before, metadata: { color: "red" } });
    await update(room, { title: "Other plans", metadata: null });
    expect(await read(room)).toEqual({ ...before, title: "Other plans" });
    await update(room, { title: null, metadata: null });
    await update(room, { title: null });
    expect(await read(room)).toEqual(before);
  });

  it("of a conversation that a message created are set as well", async () => {
    const room = new Room(store);
    await room.say();
    await update(room, { title: "Plans", metadata: {} });
    await room.say();
    expect(await read(room)).toMatchObject({ title: "Plans", metadata: {}, last_seq: 2 });
  });

  it("move nothing in the log, in an inbox or in what is read", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    const before = [await ann.item(), await room.head()];
    await update(room, { title: "Plans", metadata: { a: 1 } });
    expect([await ann.item(), await room.head()]).toEqual(before);
    await room.say({ user_id: bob.id });
    expect(await read(room)).toMatchObject({ title: "Plans", metadata: { a: 1 } });
  });

  it.each([
    ["one code point", "\u{1F600}"],
    ["200 code points", "\u{1F600}".repeat(200)],
    ["spaces around it", " Plans \u3000"],
    ["any text", "caf\u00e9 cafe\u0301 \u{10FFFF}\u2028'\"\\$where%_"],
  ])("keep a title of %s", async (_, title) => {
    const { room } = await newChat(store);
    await update(room, { title });
    expect((await read(room))?.title).toBe(title);
  });

  it.each([
    ["no characters", ""],
    ["spaces", " \u3000\n"],
    ["201 code points", "\u{1F600}".repeat(201)],
    ["a lone surrogate", "a\ud800"],
    ["NUL", "a\0"],
  ])("refuse a title of %s", async (_, title) => {
    const { room } = await newChat(store);
    await update(room, { title: "Plans" });
    const refused = { name: "StoreError", code: "invalid", field: "title" };
    await expect(update(room, { title, metadata: { a: 1 } })).rejects.toMatchObject(refused);
    expect((await read(room))?.title).toBe("Plans");
    expect(await read(room)).not.toHaveProperty("metadata");
  });

  it("keep metadata as that of messages", async () => {
    const { room } = await newChat(store);
    const text =
      '{"__proto__":{"x":1},"$set":{"a.b":[1,-1.5e-7,null,"",{}]},"b":1,"2":{},"a":"\\u0000"}';
    const metadata: Metadata = JSON.parse(text);
    await update(room, { metadata });
    expect(JSON.stringify((await read(room))?.metadata)).toBe(JSON.stringify(metadata));
    const refused = { code: "invalid", field: "metadata" };
    for (const bad of [[], "text", { a: undefined }, { a: "x".repeat(8 * 1024) }]) {
      const change = { title: "Plans", metadata: bad as unknown as Metadata };
      await expect(update(room, change)).rejects.toMatchObject(refused);
    }
    expect(await read(room)).not.toHaveProperty("title");
  });

  it("are refused of a conversation that is not there", async () => {
    const id = unique("room");
    await expectRefusal(store().conversations.update(id, { title: "Plans" }), "not_found");
    await expectRefusal(store().conversations.update(id, { metadata: null }), "not_found");
    expect(await store().conversations.get([id], 0)).toEqual([]);
  });

  it("are those of the last one who wrote, and both fields by themselves", async () => {
    const { room } = await newChat(store);
    await Promise.all([
      ...upTo(9).map((n) => update(room, { title: `${n}` })),
      ...upTo(9).map((n) => update(room, { metadata: { n } })),
    ]);
    const { title, metadata } = (await read(room)) ?? {};
    expect(upTo(9)).toContain(Number(title));
    expect(upTo(9)).toContain(metadata?.["n"]);
    await update(room, { title: "last" });
    expect(await read(room)).toMatchObject({ title: "last", metadata });
  });

  it("are shown of each conversation that is read", async () => {
    const chats = [await newChat(store), await newChat(store), await newChat(store)];
    for (const [index, { room }] of chats.entries()) {
      if (index !== 1) await update(room, { title: `title ${index}` });
    }
    const ids = chats.map(({ room }) => room.id);
    const titles = (await store().conversations.get(ids, 50)).map(({ title }) => title);
    expect(titles).toEqual(["title 0", undefined, "title 2"]);
  });
}
