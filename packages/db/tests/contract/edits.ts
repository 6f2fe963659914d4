import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal, send } from "../log.ts";
import { unique, upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Edits: a new text for a message, which keeps its place. */
export function editsContract(store: () => ChatStore): void {
  const newRoom = () => new Room(store);

  it("change the text of a message, which keeps all else", async () => {
    const room = newRoom();
    const sent = await room.say({ content: "tpyo" });
    await room.say();
    const edit = await room.edit(1, { content: "typo" });
    expect(edit).toEqual({
      kind: "edit",
      id: expect.any(String),
      user_id: "alice",
      timestamp: expect.any(String),
      conversation_id: room.id,
      seq: 3,
      target_seq: 1,
      edited: ["content"],
      content: "typo",
    });
    const { kind: _, ...before } = sent;
    const after = { ...before, content: "typo", edited_at: edit.timestamp, changed_seq: 3 };
    expect(await room.message(1)).toEqual(after);
    expect((await room.messages())[0]).toEqual(after);
    expect((await room.messages({ from: "newest" }))[0]).toEqual(after);
    const [conversation] = await store().conversations.get([room.id], 50);
    expect(conversation?.messages[0]).toEqual(after);
  });

  it("leave the message as it was sent in the log", async () => {
    const room = newRoom();
    const sent = await room.say();
    const edit = await room.edit(1, { content: "other" });
    expect(await room.entries()).toEqual([sent, edit]);
  });

  it("follow each other, the later in the log wins", async () => {
    const room = newRoom();
    await room.say();
    for (const n of upTo(30)) await room.edit(1, { content: `${n}` });
    expect(await room.message(1)).toMatchObject({ content: "30", changed_seq: 31 });
    expect(await room.messages()).toHaveLength(1);
  });

  it("carry all that is current: what is not given stays", async () => {
    const room = newRoom();
    await room.say({ content: "a", metadata: { n: 1 } });
    expect(await room.edit(1, { content: "b" })).toMatchObject({
      edited: ["content"],
      content: "b",
      metadata: { n: 1 },
    });
    expect(await room.edit(1, { metadata: { n: 2 } })).toMatchObject({
      edited: ["metadata"],
      content: "b",
      metadata: { n: 2 },
    });
    const both = await room.edit(1, { content: "c", metadata: null });
    expect(both).toMatchObject({ edited: ["content", "metadata"], content: "c" });
    expect(both).not.toHaveProperty("metadata");
    expect(await room.message(1)).toMatchObject({ content: "c", changed_seq: 4 });
    expect(await room.message(1)).not.toHaveProperty("metadata");
  });

  it("of one message change no other, and nothing in another log", async () => {
    const [room, other] = [newRoom(), newRoom()];
    for (const each of [room, other]) for (const n of upTo(3)) await each.say({ content: `${n}` });
    await room.edit(2, { content: "new" });
    const contents = (await room.messages()).map(({ content }) => content);
    expect(contents).toEqual(["1", "new", "3"]);
    expect((await other.messages()).map(({ content }) => content)).toEqual(["1", "2", "3"]);
    expect((await other.messages()).some((message) => "changed_seq" in message)).toBe(false);
  });

  it("by somebody else say who edited, and leave the author", async () => {
    const room = newRoom();
    await room.say({ user_id: "ann" });
    await room.edit(1, { content: "by a key", user_id: "key" });
    expect(await room.message(1)).toMatchObject({ user_id: "ann", content: "by a key" });
    const [, edit] = await room.entries();
    expect(edit).toMatchObject({ kind: "edit", user_id: "key" });
  });

  it.each([
    ["an edit", 2],
    ["a reaction", 3],
    ["a deletion", 5],
    ["a deleted message", 4],
    ["nothing yet", 6],
    ["nothing for long", Number.MAX_SAFE_INTEGER],
  ])("of %s are refused", async (_, target) => {
    const room = newRoom();
    await room.say();
    await room.edit(1, { content: "edited" });
    await room.react(1, "+1");
    await room.say();
    await room.remove(4);
    const before = await room.entries();
    await expectRefusal(room.edit(target, { content: "x" }), "not_found");
    await expectRefusal(room.edit(target, { content: "x", unchanged_since: 0 }), "not_found");
    expect(await room.entries()).toEqual(before);
  });

  it("in a conversation that nobody wrote are refused, and create none", async () => {
    const room = newRoom();
    await expectRefusal(room.edit(1, { content: "x" }), "not_found");
    expect(await store().conversations.get([room.id], 1)).toEqual([]);
    expect(await room.head()).toBeUndefined();
  });

  it.each([
    ["content", {}],
    ["content", { content: "" }],
    ["content", { content: "\0" }],
    ["content", { content: "x".repeat(16_385) }],
    ["content", { content: "\ud800", metadata: {} }],
    ["metadata", { content: "x", metadata: [] as never }],
    ["target_seq", { content: "x", target_seq: 0 }],
    ["target_seq", { content: "x", target_seq: 1.5 }],
    ["target_seq", { content: "x", target_seq: Number.NaN }],
    ["id", { content: "x", id: "short" }],
    ["user_id", { content: "x", user_id: "" }],
    ["timestamp", { content: "x", timestamp: "yesterday" }],
  ])("with a bad %s are refused, and say so (%#)", async (field, fields) => {
    const room = newRoom();
    await room.say();
    await expect(room.edit(1, fields)).rejects.toMatchObject({ code: "invalid", field });
    expect(await room.entries()).toHaveLength(1);
  });

  it("if unchanged since are refused as soon as another edit came after that version", async () => {
    const room = newRoom();
    await room.say({ content: "1" });
    await room.say({ content: "between" });
    await room.edit(1, { content: "2", unchanged_since: 1 });
    await expectRefusal(room.edit(1, { content: "3", unchanged_since: 1 }), "changed");
    await expectRefusal(room.edit(1, { content: "3", unchanged_since: 2 }), "changed");
    await room.edit(1, { content: "4", unchanged_since: 3 });
    // The head of the log is after the newest edit, too.
    await room.edit(1, { content: "5", unchanged_since: 4 });
    await room.edit(1, { content: "6", unchanged_since: 1_000 });
    expect(await room.message(1)).toMatchObject({ content: "6", changed_seq: 6 });
  });

  it("if unchanged since do not care for reactions and replies", async () => {
    const room = newRoom();
    await room.say();
    await room.react(1, "+1");
    await room.say({ thread_seq: 1 });
    await room.edit(1, { content: "2", unchanged_since: 1 });
    await room.react(1, "heart");
    await room.edit(1, { content: "3", unchanged_since: 4 });
    expect(await room.message(1)).toMatchObject({ content: "3", changed_seq: 6 });
  });

  it("keep the time that they were given, and tell it as edited_at", async () => {
    const room = newRoom();
    await room.say();
    await room.edit(1, { content: "x", timestamp: "2004-12-25T10:14:00+01:00" });
    const edited_at = "2004-12-25T09:14:00.000Z";
    expect(await room.message(1)).toMatchObject({ edited_at });
    expect((await room.entries())[1]).toMatchObject({ timestamp: edited_at });
  });

  it("of notes stay with the author", async () => {
    const user_id = unique("ann");
    const notes = new Room(store, { conversation_id: null, user_id });
    const other = new Room(store, { conversation_id: null, user_id: unique("bob") });
    await notes.say({ content: "note" });
    await notes.edit(1, { content: "better" });
    await notes.react(1, "+1");
    expect(await notes.message(1)).toMatchObject({ content: "better", conversation_id: null });
    await expectRefusal(other.edit(1, { content: "x" }), "not_found");
    await notes.remove(1);
    expect(await notes.messages()).toEqual([]);
    expect((await send(store(), notes.newMessage())).message.seq).toBe(5);
  });
}
