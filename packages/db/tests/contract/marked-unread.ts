import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { upTo } from "../make.ts";
import { newChat } from "../reader.ts";

/** Conversations that members mark as unread. */
export function markedUnreadContract(store: () => ChatStore): void {
  it("are unread from there on, and have a new revision", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(5)) await room.say({ user_id: bob.id });
    await ann.read(5);
    const marked = { ...ann.member, read_seq: 2, revision: 1, unread_count: 3, mention_count: 0 };
    expect(await ann.unread(3)).toEqual(marked);
    expect(await ann.item()).toMatchObject({ read_seq: 2, revision: 1, unread_count: 3 });
    expect(await ann.unread(1)).toMatchObject({ read_seq: 0, revision: 2, unread_count: 5 });
    // Forward, too: what is before is read.
    expect(await ann.unread(5)).toMatchObject({ read_seq: 4, revision: 3, unread_count: 1 });
    expect(await bob.item()).toMatchObject({ read_seq: 5, revision: 0 });
  });

  it("stay unread when another device is late with its mark", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(5)) await room.say({ user_id: bob.id });
    await ann.unread(2);
    const state = { read_seq: 1, revision: 1, unread_count: 4 };
    expect(await ann.read(5, 0)).toMatchObject(state);
    expect(await ann.item()).toMatchObject(state);
    expect(await ann.read(3, 1)).toMatchObject({ read_seq: 3, revision: 1, unread_count: 2 });
    // Without a revision it counts as current.
    expect(await ann.read(4)).toMatchObject({ read_seq: 4, revision: 1, unread_count: 1 });
    expect(await ann.read(5, 7)).toMatchObject({ read_seq: 5, revision: 1, unread_count: 0 });
  });

  it("have one revision for each time, also when all come at once", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(5)) await room.say({ user_id: bob.id });
    const states = await Promise.all(upTo(5).map((seq) => ann.unread(seq)));
    expect(states.map(({ revision }) => revision).toSorted()).toEqual(upTo(5));
    const last = states.find(({ revision }) => revision === 5);
    expect(await ann.item()).toMatchObject({ revision: 5, read_seq: last?.read_seq });
  });

  it("do not count one's own messages, which no longer read them", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const n of upTo(6)) await room.say({ user_id: n % 2 === 0 ? ann.id : bob.id });
    expect(await ann.counts()).toEqual([6, 0, 0]);
    expect(await ann.unread(2)).toMatchObject({ read_seq: 1, unread_count: 2 });
    expect(await ann.counts()).toEqual([1, 2, 0]);
    await room.say({ user_id: bob.id });
    expect(await ann.counts()).toEqual([1, 3, 0]);
    await room.remove(4);
    await room.react(5, "+1");
    expect(await ann.counts()).toEqual([1, 3, 0]);
    expect(await ann.read(3)).toMatchObject({ read_seq: 3, unread_count: 2 });
  });

  it("are read again by the next message of one's own, which keeps the revision", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const n of upTo(4)) await room.say({ user_id: n % 2 === 0 ? ann.id : bob.id });
    await ann.unread(1);
    await room.say({ user_id: bob.id });
    await room.say();
    expect(await ann.item()).toMatchObject({ read_seq: 6, revision: 1, unread_count: 0 });
    await ann.unread(4);
    expect(await ann.item()).toMatchObject({ read_seq: 3, revision: 2, unread_count: 1 });
    await room.say();
    expect(await ann.item()).toMatchObject({ read_seq: 7, revision: 2, unread_count: 0 });
  });

  it("leave out what is deleted, before and after", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(4)) await room.say({ user_id: bob.id });
    await room.remove(2, { user_id: bob.id });
    await ann.read(5);
    expect(await ann.unread(1)).toMatchObject({ read_seq: 0, unread_count: 3 });
    await room.remove(1, { user_id: bob.id });
    expect(await ann.counts()).toEqual([0, 2, 0]);
  });

  it("may be so from before one joined", async () => {
    const { room, bob, other } = await newChat(store);
    for (const _ of upTo(4)) await room.say({ user_id: bob.id });
    const cy = other("cy");
    await cy.join();
    expect(await cy.unread(2)).toMatchObject({ read_seq: 1, revision: 1, unread_count: 3 });
    expect(await cy.counts()).toEqual([1, 3, 0]);
  });

  it("are so from an entry of the log, and from no other position", async () => {
    const { room, ann, bob } = await newChat(store);
    const beyond = { code: "invalid", field: "unread_from" };
    await expect(ann.unread(1)).rejects.toMatchObject(beyond);
    await room.say({ user_id: bob.id });
    await room.react(1, "+1", bob.id);
    await expect(ann.unread(3)).rejects.toMatchObject(beyond);
    expect(await ann.item()).toMatchObject({ revision: 0, unread_count: 1 });
    expect(await ann.unread(2)).toMatchObject({ read_seq: 1, revision: 1, unread_count: 0 });
  });
}
