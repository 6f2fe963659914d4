import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { expectRefusal, idsOf } from "../log.ts";
import { newMessage, upTo } from "../make.ts";
import { newChat, Reader } from "../reader.ts";
import { Room } from "../room.ts";

/** The read state of those who join, leave and come back. */
export function readJoinsContract(store: () => ChatStore): void {
  it("begins where the log ends when one joins", async () => {
    const { room, bob, other } = await newChat(store);
    for (const _ of upTo(3)) await room.say({ user_id: bob.id });
    await room.react(3, "+1");
    const cy = other("cy");
    await cy.join();
    expect(await cy.counts()).toEqual([4, 0, 0]);
    await room.say({ user_id: bob.id });
    expect(await cy.counts()).toEqual([4, 1, 0]);
    // Once more is no joining.
    expect(await cy.join()).toEqual({ joined: false });
    expect(await cy.counts()).toEqual([4, 1, 0]);
  });

  it("begins with the message by which one joins", async () => {
    const { room, bob, other } = await newChat(store);
    for (const _ of upTo(3)) await room.say({ user_id: bob.id });
    const cy = other("cy");
    await room.say({ user_id: cy.id });
    await room.say({ user_id: bob.id });
    expect(await cy.counts()).toEqual([4, 1, 0]);
  });

  it("begins with the first message of a conversation that it creates", async () => {
    const { conversation_id, user_id } = newMessage();
    const member = {
      conversation_id: conversation_id ?? "",
      user_id: `${user_id}-${conversation_id}`,
    };
    const ann = new Reader(store, member);
    const room = new Room(store, member);
    await room.say();
    expect(await ann.counts()).toEqual([1, 0, 0]);
  });

  it("begins where the log ends for those who are added by a creation", async () => {
    const { conversation_id, user_id } = newMessage();
    const id = conversation_id ?? "";
    const room = new Room(store, { conversation_id: id, user_id: `${user_id}-${id}` });
    for (const _ of upTo(3)) await room.say();
    const bob = new Reader(store, { conversation_id: id, user_id: `bob-of-${id}` });
    await store().conversations.create({ id, user_ids: [bob.id] });
    expect(await bob.counts()).toEqual([3, 0, 0]);
    await room.say();
    await store().conversations.create({ id, user_ids: [bob.id] });
    expect(await bob.counts()).toEqual([3, 1, 0]);
  });

  it("begins anew when one comes back, with nothing left of before", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(3)) await room.say({ user_id: bob.id });
    await room.say();
    await ann.unread(1);
    await ann.set({ pinned: true, archived: true, muted_until: "2999-01-01T00:00:00Z" });
    await ann.leave();
    await expectRefusal(ann.read(1), "not_found");
    await expectRefusal(ann.set({ pinned: false }), "not_found");
    expect(await store().conversations.inbox(ann.id, { limit: 10 })).toEqual([]);
    expect(await store().reads.totals(ann.id)).toEqual({
      ...{ conversations: 0, messages: 0, mentions: 0 },
    });
    expect(idsOf(await store().conversations.itemsOf(ann.id, [room.id]))).toEqual([]);
    await room.say({ user_id: bob.id });
    await ann.join();
    expect(await ann.item()).toMatchObject({
      ...{ read_seq: 5, revision: 0, unread_count: 0, mention_count: 0 },
      ...{ muted_until: null, pinned: false, archived: false },
    });
    await room.say({ user_id: bob.id });
    expect(await ann.counts()).toEqual([5, 1, 0]);
  });

  it("begins anew when one comes back by a message", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say();
    await ann.unread(1);
    await ann.leave();
    await room.say({ user_id: bob.id });
    await room.say();
    await room.say({ user_id: bob.id });
    expect(await ann.item()).toMatchObject({ read_seq: 3, revision: 0, unread_count: 1 });
  });

  it("is that of those who stay when others join and leave", async () => {
    const { room, ann, bob, other } = await newChat(store);
    const cy = other("cy");
    for (const _ of upTo(2)) {
      await room.say({ user_id: cy.id });
      await cy.leave();
    }
    expect(await ann.counts()).toEqual([0, 2, 0]);
    expect(await bob.counts()).toEqual([0, 2, 0]);
  });

  it("is right for all who join at once while others send", async () => {
    const { room, bob, other } = await newChat(store);
    const readers = upTo(20).map((n) => other(`user-${n}`));
    await Promise.all(readers.flatMap((reader) => [room.say({ user_id: bob.id }), reader.join()]));
    for (const reader of readers) {
      const [read, unread] = await reader.counts();
      // All entries are messages of bob.
      expect(read + unread).toBe(20);
    }
  });
}
