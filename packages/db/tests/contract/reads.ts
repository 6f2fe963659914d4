import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal } from "../log.ts";
import { newUsers, unique, upTo } from "../make.ts";
import { newChat, Reader } from "../reader.ts";

/** Read state: how far each member has read, and what is new to it. */
export function readsContract(store: () => ChatStore): void {
  it("says of an empty conversation that nothing is read, and nothing new", async () => {
    const { room, ann } = await newChat(store);
    const [conversation] = await store().conversations.get([room.id], 0);
    expect(await ann.item()).toEqual({
      ...{ id: room.id, last_activity_at: conversation?.created_at },
      ...{ read_seq: 0, revision: 0, unread_count: 0, mention_count: 0 },
      ...{ muted_until: null, pinned: false, archived: false },
    });
    expect(await ann.read(0)).toEqual({
      ...ann.member,
      ...{ read_seq: 0, revision: 0, unread_count: 0, mention_count: 0 },
    });
  });

  it("counts the messages of others behind the mark", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(3)) await room.say({ user_id: bob.id });
    expect([await ann.counts(), await bob.counts()]).toEqual([
      [0, 3, 0],
      [3, 0, 0],
    ]);
    const marked = { ...ann.member, read_seq: 2, revision: 0, unread_count: 1, mention_count: 0 };
    expect(await ann.read(2)).toEqual(marked);
    expect(await ann.counts()).toEqual([2, 1, 0]);
    expect(await ann.read(3)).toEqual({ ...marked, read_seq: 3, unread_count: 0 });
    expect(await ann.counts()).toEqual([3, 0, 0]);
    expect(await bob.counts()).toEqual([3, 0, 0]);
  });

  it("only goes forward, however late or doubled the marks", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(9)) await room.say({ user_id: bob.id });
    expect(await ann.read(5)).toMatchObject({ read_seq: 5, unread_count: 4 });
    for (const late of [3, 0, 5, 1]) {
      expect(await ann.read(late)).toMatchObject({ read_seq: 5, unread_count: 4, revision: 0 });
    }
    await Promise.all([6, 8, 7, 8, 2, 6].map((seq) => ann.read(seq)));
    expect(await ann.counts()).toEqual([8, 1, 0]);
  });

  it("refuses a mark beyond the end, and changes nothing", async () => {
    const { room, ann, bob } = await newChat(store);
    const beyond = { name: "StoreError", code: "invalid", field: "read_seq" };
    await expect(ann.read(1)).rejects.toMatchObject(beyond);
    await room.say({ user_id: bob.id });
    await room.react(1, "+1", bob.id);
    await expect(ann.read(3)).rejects.toMatchObject(beyond);
    await expect(ann.read(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject(beyond);
    expect(await ann.counts()).toEqual([0, 1, 0]);
    // Any entry can be marked, not only a message.
    expect(await ann.read(2)).toMatchObject({ read_seq: 2, unread_count: 0 });
  });

  it.each([
    ["read_seq", -1],
    ["read_seq", 1.5],
    ["read_seq", Number.NaN],
    ["read_seq", 2 ** 53],
    ["unread_from", 0],
    ["unread_from", -1],
    ["unread_from", 0.5],
  ])("refuses %s %d", async (field, value) => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    const mark = field === "read_seq" ? ann.read(value) : ann.unread(value);
    await expect(mark).rejects.toMatchObject({ code: "invalid", field });
    expect(await ann.item()).toMatchObject({ read_seq: 0, revision: 0, unread_count: 1 });
  });

  it("refuses a revision that is none", async () => {
    const { ann } = await newChat(store);
    for (const revision of [-1, 0.5, Number.NaN]) {
      const refused = { code: "invalid", field: "revision" };
      await expect(ann.read(0, revision)).rejects.toMatchObject(refused);
    }
  });

  it("is not there for who is not a member, and for a conversation that is not there", async () => {
    const { room, bob, other } = await newChat(store);
    await room.say();
    const cy = other("cy");
    const nowhere = new Reader(store, { ...bob.member, conversation_id: unique("room") });
    for (const reader of [cy, nowhere]) {
      await expectRefusal(reader.read(0), "not_found");
      await expectRefusal(reader.read(9), "not_found");
      await expectRefusal(reader.unread(1), "not_found");
    }
    expect(await store().reads.list(room.id, { limit: 10 })).toHaveLength(2);
    expect(await store().conversations.itemsOf(cy.id, [room.id])).toEqual([]);
    expect(await store().conversations.get([nowhere.member.conversation_id], 0)).toEqual([]);
  });

  it("is that of each member alone, and of each conversation", async () => {
    const [one, two] = [await newChat(store), await newChat(store)];
    const ann = new Reader(store, { ...two.ann.member, user_id: one.ann.id });
    await ann.join();
    for (const { room, bob } of [one, two]) {
      for (const _ of upTo(2)) await room.say({ user_id: bob.id });
    }
    await one.ann.read(2);
    await ann.read(1);
    expect([await one.ann.counts(), await ann.counts(), await two.ann.counts()]).toEqual([
      [2, 0, 0],
      [1, 1, 0],
      [0, 2, 0],
    ]);
  });

  it("counts replies, and neither edits nor reactions nor deletions", async () => {
    const { room, ann, bob } = await newChat(store);
    const user_id = bob.id;
    await room.say({ user_id });
    await room.say({ user_id, thread_seq: 1 });
    await room.say({ user_id, reply_to: 1 });
    expect(await ann.counts()).toEqual([0, 3, 0]);
    await room.edit(1, { user_id, content: "edited" });
    await room.react(2, "+1", user_id);
    await room.unreact(2, "+1", user_id);
    expect(await ann.counts()).toEqual([0, 3, 0]);
    await ann.read(6);
    await room.edit(3, { user_id, content: "edited" });
    await room.react(3, "+1", user_id);
    await room.remove(3, { user_id });
    expect(await ann.counts()).toEqual([6, 0, 0]);
  });

  it("counts imported messages as others, whatever their time", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    await ann.read(1);
    for (const timestamp of ["1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"]) {
      await room.say({ user_id: bob.id, timestamp });
    }
    expect(await ann.counts()).toEqual([1, 2, 0]);
  });

  it("is exact in a conversation of many, too", async () => {
    const { room, ann, bob } = await newChat(store);
    const users = newUsers(150, room.id);
    await Promise.all(users.map((user_id) => new Reader(store, { ...ann.member, user_id }).join()));
    for (const user_id of users.slice(0, 20)) await room.say({ user_id });
    await room.remove(5, { user_id: users[4] ?? "" });
    const last = new Reader(store, { ...ann.member, user_id: users.at(-1) ?? "" });
    const first = new Reader(store, { ...ann.member, user_id: users[0] ?? "" });
    await bob.read(10);
    expect([await ann.counts(), await bob.counts(), await last.counts()]).toEqual([
      [0, 19, 0],
      [10, 10, 0],
      [0, 19, 0],
    ]);
    expect(await first.counts()).toEqual([1, 18, 0]);
    expect(await first.unread(1)).toMatchObject({ read_seq: 0, unread_count: 18, revision: 1 });
  });

  it("is never negative, and exact in the end, while others send, delete and mark", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(20)) await room.say({ user_id: bob.id });
    const seen: number[] = [];
    const writing = Promise.all([
      ...upTo(20).map((seq) => room.remove(seq, { user_id: bob.id })),
      ...upTo(20).map(() => room.say({ user_id: bob.id })),
      ...upTo(20).map(async (seq) => seen.push((await ann.read(seq)).unread_count)),
      ...upTo(20).map(async () => {
        const [item] = await store().conversations.itemsOf(ann.id, [room.id]);
        seen.push(item?.unread_count ?? -1);
      }),
    ]);
    await writing;
    expect(seen.filter((count) => count < 0 || count > 40)).toEqual([]);
    expect(await ann.counts()).toEqual([20, 20, 0]);
  });
}
