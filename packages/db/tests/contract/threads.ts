import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { seqsOf } from "../log.ts";
import { upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Threads: replies to one message, in the same log. */
export function threadsContract(store: () => ChatStore): void {
  const newRoom = async () => {
    const room = new Room(store);
    await room.say({ content: "root" });
    return room;
  };

  it("are counted on their root and by each reply", async () => {
    const room = await newRoom();
    const first = await room.say({ thread_seq: 1 });
    const thread = { count: 1, last_seq: 2, last_at: first.timestamp };
    expect(first).toMatchObject({ thread_seq: 1, thread_state: thread });
    expect(await room.message(1)).toMatchObject({ thread, changed_seq: 2 });
    await room.say();
    const second = await room.say({ thread_seq: 1 });
    const longer = { count: 2, last_seq: 4, last_at: second.timestamp };
    expect(second.thread_state).toEqual(longer);
    expect(await room.message(1)).toMatchObject({ thread: longer, changed_seq: 4 });
    expect(await room.message(4)).toMatchObject({ thread_seq: 1 });
    expect(await room.message(4)).not.toHaveProperty("thread_state");
    expect(await room.message(4)).not.toHaveProperty("changed_seq");
    expect((await room.entries())[3]).toEqual(second);
  });

  it("are read as one, left out, or read among all", async () => {
    const room = await newRoom();
    await room.say();
    for (const thread_seq of [1, 2, 1, 2, 2]) await room.say({ thread_seq });
    expect(seqsOf(await room.messages())).toEqual(upTo(7));
    expect(seqsOf(await room.messages({ thread: "none" }))).toEqual([1, 2]);
    expect(seqsOf(await room.messages({ thread: 1 }))).toEqual([3, 5]);
    expect(seqsOf(await room.messages({ thread: 2 }))).toEqual([4, 6, 7]);
    expect(seqsOf(await room.messages({ thread: 2, from: "newest", limit: 2 }))).toEqual([6, 7]);
    expect(seqsOf(await room.messages({ thread: 2, after: 4, before: 7 }))).toEqual([6]);
    for (const thread of [3, 8, 0, -1]) expect(await room.messages({ thread })).toEqual([]);
  });

  it("say what is left of them when a reply is deleted", async () => {
    const room = await newRoom();
    const root = await room.message(1);
    const first = await room.say({ thread_seq: 1 });
    const second = await room.say({ thread_seq: 1 });
    await room.say({ thread_seq: 1 });
    const rest = { count: 2, last_seq: 3, last_at: second.timestamp };
    const deletion = await room.remove(4);
    expect(deletion).toMatchObject({ target_seq: 4, thread_seq: 1, thread_state: rest });
    expect(await room.message(1)).toMatchObject({ thread: rest, changed_seq: 5 });
    // One in the middle leaves the newest as it is.
    const third = await room.say({ thread_seq: 1 });
    const middle = { count: 2, last_seq: 6, last_at: third.timestamp };
    expect((await room.remove(3)).thread_state).toEqual(middle);
    await room.remove(6);
    expect((await room.message(1))?.thread).toEqual({
      count: 1,
      last_seq: 2,
      last_at: first.timestamp,
    });
    const last = await room.remove(2);
    expect(last.thread_state).toEqual({ count: 0, last_seq: 0, last_at: root?.timestamp });
    expect(await room.message(1)).not.toHaveProperty("thread");
    expect(await room.message(1)).toMatchObject({ changed_seq: 9 });
    expect(await room.messages({ thread: 1 })).toEqual([]);
    expect(seqsOf(await room.messages({ thread: 1, deleted: true }))).toEqual([2, 3, 4, 6]);
    expect((await room.say({ thread_seq: 1 })).thread_state).toMatchObject({
      count: 1,
      last_seq: 10,
    });
  });

  it("outlive their root", async () => {
    const room = await newRoom();
    await room.say({ thread_seq: 1 });
    await room.say({ thread_seq: 1 });
    await room.remove(1);
    expect(seqsOf(await room.messages({ thread: 1 }))).toEqual([2, 3]);
    expect(await room.message(1)).toMatchObject({
      content: "",
      thread: { count: 2 },
      changed_seq: 4,
    });
    await room.edit(2, { content: "edited" });
    await room.react(2, "+1");
    const deletion = await room.remove(3);
    expect(deletion.thread_state).toMatchObject({ count: 1, last_seq: 2 });
    expect(await room.message(1)).toMatchObject({ thread: { count: 1 }, changed_seq: 7 });
    const [stub] = await room.messages({ deleted: true, limit: 1 });
    expect(stub).toEqual(await room.message(1));
    await room.remove(2);
    expect(await room.message(1)).not.toHaveProperty("thread");
    expect(await room.message(1)).toMatchObject({ content: "", changed_seq: 8 });
  });

  it("have no threads of their own", async () => {
    const room = await newRoom();
    await room.say({ thread_seq: 1 });
    const deeper = room.say({ thread_seq: 2 });
    await expect(deeper).rejects.toMatchObject({ code: "invalid", field: "thread_seq" });
    await room.say({ thread_seq: 1, reply_to: 2 });
    expect(await room.entries()).toHaveLength(3);
  });

  it.each([
    ["an edit", 2],
    ["a reaction", 3],
    ["a deletion", 5],
    ["a deleted message", 4],
    ["the message itself", 6],
    ["the future", 7],
  ])("and quotations of %s are refused, and say which field it was", async (_, seq) => {
    const room = await newRoom();
    await room.edit(1, { content: "edited" });
    await room.react(1, "+1");
    await room.say();
    await room.remove(4);
    for (const field of ["thread_seq", "reply_to"] as const) {
      const sending = room.say({ [field]: seq });
      await expect(sending).rejects.toMatchObject({ code: "invalid", field });
    }
    const both = room.say({ thread_seq: 1, reply_to: seq });
    await expect(both).rejects.toMatchObject({ code: "invalid", field: "reply_to" });
    expect(await room.entries()).toHaveLength(5);
    expect(await room.message(1)).not.toHaveProperty("thread");
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "and quotations of position %d are refused",
    async (seq) => {
      const room = await newRoom();
      for (const field of ["thread_seq", "reply_to"] as const) {
        const sending = room.say({ [field]: seq });
        await expect(sending).rejects.toMatchObject({ code: "invalid", field });
      }
      expect(await room.entries()).toHaveLength(1);
    },
  );

  it("are not opened in a conversation that has no message, which is not created", async () => {
    const room = new Room(store);
    for (const field of ["thread_seq", "reply_to"] as const) {
      const sending = room.say({ [field]: 1 });
      await expect(sending).rejects.toMatchObject({ code: "invalid", field });
    }
    expect(await store().conversations.get([room.id], 1)).toEqual([]);
    expect(await room.head()).toBeUndefined();
  });

  it("take quotations that outlive what they quote", async () => {
    const room = await newRoom();
    await room.say({ reply_to: 1 });
    expect(await room.message(1)).not.toHaveProperty("changed_seq");
    await room.remove(1);
    expect(await room.messages()).toMatchObject([{ seq: 2, reply_to: 1 }]);
    expect(seqsOf(await room.messages({ thread: "none" }))).toEqual([2]);
    await room.edit(2, { content: "edited" });
    expect(await room.message(2)).toMatchObject({ reply_to: 1, content: "edited" });
  });

  it("keep their times, those of other times too", async () => {
    const room = await newRoom();
    const timestamp = "2004-12-25T09:14:00.000Z";
    await room.say({ thread_seq: 1 });
    await room.say({ thread_seq: 1, timestamp });
    expect(await room.message(1)).toMatchObject({
      thread: { count: 2, last_seq: 3, last_at: timestamp },
    });
  });
}
