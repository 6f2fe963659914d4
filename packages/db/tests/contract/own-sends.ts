import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { upTo } from "../make.ts";
import { newChat } from "../reader.ts";

/** What one sends is read, with all before it. */
export function ownSendsContract(store: () => ChatStore): void {
  it("read up to themselves", async () => {
    const { room, ann, bob } = await newChat(store);
    for (const _ of upTo(3)) await room.say({ user_id: bob.id });
    await room.say();
    expect(await ann.counts()).toEqual([4, 0, 0]);
    expect(await bob.counts()).toEqual([3, 1, 0]);
    await room.say({ user_id: bob.id });
    expect(await ann.counts()).toEqual([4, 1, 0]);
    expect(await bob.counts()).toEqual([5, 0, 0]);
  });

  it("read up to themselves in a group with those of others", async () => {
    const { room, ann, bob } = await newChat(store);
    const sent = await Promise.all(
      upTo(20).map((n) => room.say({ user_id: n % 3 === 0 ? ann.id : bob.id })),
    );
    for (const reader of [ann, bob]) {
      const own = Math.max(
        ...sent.filter(({ user_id }) => user_id === reader.id).map(({ seq }) => seq),
      );
      const unread = sent.filter(({ seq, user_id }) => seq > own && user_id !== reader.id);
      expect(await reader.counts()).toEqual([own, unread.length, 0]);
    }
  });

  it("read up to themselves as replies and imports, too", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    await room.say({ thread_seq: 1 });
    expect(await ann.counts()).toEqual([2, 0, 0]);
    await room.say({ user_id: bob.id });
    await room.say({ timestamp: "1999-01-01T00:00:00Z" });
    expect(await ann.counts()).toEqual([4, 0, 0]);
  });

  it("are no edits, reactions or deletions: those read nothing", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say();
    for (const _ of upTo(2)) await room.say({ user_id: bob.id });
    await room.edit(1, { content: "edited" });
    await room.react(2, "+1");
    await room.unreact(2, "+1");
    expect(await ann.counts()).toEqual([1, 2, 0]);
    await room.remove(1);
    expect(await ann.counts()).toEqual([1, 2, 0]);
    await ann.read(2);
    expect(await ann.counts()).toEqual([2, 1, 0]);
  });

  it("stay read up to when they are deleted", async () => {
    const { room, ann, bob } = await newChat(store);
    await room.say({ user_id: bob.id });
    await room.say();
    await room.say({ user_id: bob.id });
    await room.remove(2);
    expect(await ann.counts()).toEqual([2, 1, 0]);
    await room.say();
    await room.remove(5, { user_id: bob.id });
    expect(await ann.counts()).toEqual([5, 0, 0]);
  });

  it("move nothing when they are repeated or refused", async () => {
    const { room, ann, bob } = await newChat(store);
    const own = room.newMessage();
    await room.store(own);
    for (const _ of upTo(2)) await room.say({ user_id: bob.id });
    expect(await room.store(own)).toMatchObject({ created: false });
    expect(await ann.counts()).toEqual([1, 2, 0]);
    await ann.unread(1);
    expect(await room.store(own)).toMatchObject({ created: false });
    const outcomes = await room.outcomes([
      ...[own, { ...own, content: "other" }, room.newMessage({ reply_to: 9 })],
      room.newMessage({ content: "\0" }),
    ]);
    expect(outcomes).toEqual(["repeated", "conflict", "invalid", "invalid"]);
    expect(await ann.counts()).toEqual([0, 2, 0]);
  });
}
