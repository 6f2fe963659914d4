import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal, send, seqsOf } from "../log.ts";
import { upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Deletions: a message leaves history, its text is erased, and a stub keeps its place. */
export function deletionsContract(store: () => ChatStore): void {
  const newRoom = () => new Room(store);

  it("take a message out of history", async () => {
    const room = newRoom();
    for (const n of upTo(3)) await room.say({ content: `${n}` });
    await room.remove(2);
    expect(seqsOf(await room.messages())).toEqual([1, 3]);
    expect(seqsOf(await room.messages({ from: "newest", limit: 2 }))).toEqual([1, 3]);
    const [conversation] = await store().conversations.get([room.id], 2);
    expect(seqsOf(conversation?.messages ?? [])).toEqual([1, 3]);
  });

  it("leave a stub, for whoever asks", async () => {
    const room = newRoom();
    await room.say();
    const sent = await room.say({ content: "secret", metadata: { secret: true }, reply_to: 1 });
    await room.edit(2, { content: "more secret" });
    await room.react(2, "+1");
    const deletion = await room.remove(2, { user_id: "moderator" });
    expect(deletion).toEqual({
      kind: "deletion",
      id: expect.any(String),
      user_id: "moderator",
      timestamp: expect.any(String),
      conversation_id: room.id,
      seq: 5,
      target_seq: 2,
    });
    const { id, user_id, timestamp, conversation_id } = sent;
    const stub = {
      ...{ id, user_id, timestamp, conversation_id, seq: 2, reply_to: 1, content: "" },
      ...{ deleted_at: deletion.timestamp, changed_seq: 5 },
    };
    expect(await room.message(2)).toEqual(stub);
    expect((await room.messages({ deleted: true }))[1]).toEqual(stub);
    expect((await room.messages({ deleted: true, from: "newest", limit: 1 }))[0]).toEqual(stub);
  });

  it("erase the text of the message and of its edits in the log, and nothing else", async () => {
    const room = newRoom();
    const kept = await room.say({ content: "kept", metadata: { kept: true } });
    const sent = await room.say({ content: "secret", metadata: { secret: true } });
    const edit = await room.edit(2, { content: "more secret" });
    const other = await room.edit(2, { metadata: { secret: 2 } });
    const reaction = await room.react(2, "+1");
    const keptEdit = await room.edit(1, { content: "kept too" });
    const deletion = await room.remove(2);
    const erased = <TEntry extends object>({
      metadata: _,
      ...entry
    }: TEntry & { metadata?: unknown }) => {
      return { ...entry, content: "", erased: true };
    };
    expect(await room.entries()).toEqual([
      ...[kept, erased(sent), erased(edit), erased(other)],
      ...[reaction, keptEdit, deletion],
    ]);
  });

  it("repeated are answered with the one that is there", async () => {
    const room = newRoom();
    await room.say();
    const deletion = await room.remove(1);
    const again = await room.store(room.newDeletion(1, { user_id: "bob" }));
    expect(again).toEqual({ entry: deletion, created: false });
    expect(await room.entries()).toHaveLength(2);
  });

  it.each([
    ["an edit", 2],
    ["a reaction", 3],
    ["a deletion", 5],
    ["nothing yet", 6],
  ])("of %s are refused", async (_, target) => {
    const room = newRoom();
    await room.say();
    await room.edit(1, { content: "edited" });
    await room.react(1, "+1");
    await room.say();
    await room.remove(4);
    await expectRefusal(room.remove(target), "not_found");
    await expectRefusal(newRoom().remove(target), "not_found");
    expect(await room.entries()).toHaveLength(5);
  });

  it("end all changes of the message", async () => {
    const room = newRoom();
    await room.say();
    await room.react(1, "+1");
    await room.remove(1);
    const outcomes = await room.outcomes([
      room.newEdit(1, { content: "x" }),
      room.newEdit(1, { content: "x", unchanged_since: 3 }),
      room.newReaction(1, "+1"),
      room.newReaction(1, "heart"),
      room.newReaction(1, "+1", { added: false }),
      room.newDeletion(1),
    ]);
    expect(outcomes).toEqual([...upTo(5).map(() => "not_found"), "repeated"]);
    expect(await room.entries()).toHaveLength(3);
  });

  it("take the reactions along", async () => {
    const room = newRoom();
    await room.say();
    await room.react(1, "+1");
    await room.remove(1);
    expect(await room.message(1)).not.toHaveProperty("reactions");
    expect(await store().messages.reactors(room.stream, 1, { limit: 10 })).toEqual([]);
  });

  it("are not undone by a repeat of the send or of an edit", async () => {
    const room = newRoom();
    const message = room.newMessage({ content: "secret" });
    await send(store(), message);
    const edit = room.newEdit(1, { content: "more secret" });
    await room.store(edit);
    await room.remove(1);
    const stub = { content: "", erased: true };
    expect(await room.store(message)).toMatchObject({ created: false, entry: { ...stub, seq: 1 } });
    expect(await room.store(edit)).toMatchObject({ created: false, entry: { ...stub, seq: 2 } });
    expect(await room.entries()).toHaveLength(3);
    expect(await room.messages()).toEqual([]);
    expect(JSON.stringify(await room.entries())).not.toContain("secret");
  });

  it("empty a log, which goes on counting", async () => {
    const room = newRoom();
    for (const _ of upTo(5)) await room.say();
    for (const n of upTo(5)) await room.remove(n);
    expect(await room.messages()).toEqual([]);
    expect(seqsOf(await room.messages({ deleted: true }))).toEqual(upTo(5));
    expect(await room.say()).toMatchObject({ seq: 11 });
    expect(seqsOf(await room.messages())).toEqual([11]);
  });

  it("keep the time that they were given", async () => {
    const room = newRoom();
    await room.say();
    await room.remove(1, { timestamp: "2004-12-25T09:14:00Z" });
    expect(await room.message(1)).toMatchObject({ deleted_at: "2004-12-25T09:14:00.000Z" });
  });
}
