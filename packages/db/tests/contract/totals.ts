import { expect, it } from "vitest";
import type { UnreadTotals } from "../../src/entities.ts";
import type { ChatStore } from "../../src/store.ts";
import { newUsers, unique, upTo } from "../make.ts";
import { Reader } from "../reader.ts";
import { Room } from "../room.ts";

const nothing: UnreadTotals = { conversations: 0, messages: 0, mentions: 0 };

/** Totals: what is new to a user, in all conversations that are neither archived nor muted. */
export function totalsContract(store: () => ChatStore): void {
  /** Creates conversations of a user of its own with bob, who says 1, 2, 3, ... messages. */
  async function newInbox(count: number) {
    const user_id = unique("ann");
    const chats = await Promise.all(
      newUsers(count, unique("room")).map(async (id, index) => {
        const bob = unique("bob");
        await store().conversations.create({ id, user_ids: [user_id, bob] });
        const room = new Room(store, { conversation_id: id, user_id: bob });
        for (const _ of upTo(index + 1)) await room.say();
        return { room, ann: new Reader(store, { conversation_id: id, user_id }) };
      }),
    );
    const totals = () => store().reads.totals(user_id);
    const [first, second, third] = chats;
    if (!first || !second || !third) throw new Error("there are three conversations");
    return { user_id, totals, chats, first, second, third };
  }

  it("are nothing for a user without conversations, and for one who has read all", async () => {
    expect(await store().reads.totals(unique("nobody"))).toEqual(nothing);
    const { chats, totals } = await newInbox(3);
    for (const [index, { ann }] of chats.entries()) await ann.read(index + 1);
    expect(await totals()).toEqual(nothing);
  });

  it("add up what is unread", async () => {
    const { chats, totals, first, second } = await newInbox(12);
    expect(await totals()).toEqual({ conversations: 12, messages: 78, mentions: 0 });
    await second.ann.read(1);
    await first.ann.read(1);
    await Promise.all(chats.map(({ room }) => room.remove(1)));
    // The first had one message and the second has one left.
    expect(await totals()).toEqual({ conversations: 11, messages: 66, mentions: 0 });
    await second.room.say({ mentions: "everyone" });
    await first.room.say({ mentions: [first.ann.id] });
    expect(await totals()).toEqual({ conversations: 12, messages: 68, mentions: 2 });
    await first.ann.unread(3);
    expect(await totals()).toEqual({ conversations: 12, messages: 68, mentions: 2 });
    await first.ann.read(3);
    expect(await totals()).toEqual({ conversations: 11, messages: 67, mentions: 1 });
  });

  it("are without what is archived, and with what has returned", async () => {
    const { totals, first, third } = await newInbox(3);
    await third.ann.set({ archived: true });
    expect(await totals()).toEqual({ conversations: 2, messages: 3, mentions: 0 });
    await third.room.say();
    expect(await totals()).toEqual({ conversations: 3, messages: 7, mentions: 0 });
    await first.ann.set({ archived: true });
    await first.ann.set({ archived: false });
    expect(await totals()).toEqual({ conversations: 3, messages: 7, mentions: 0 });
  });

  it("are without what is muted, as long as it is", async () => {
    const { totals, second, third } = await newInbox(3);
    await third.ann.set({ muted_until: "2999-01-01T00:00:00Z" });
    await second.ann.set({ muted_until: "1999-01-01T00:00:00Z" });
    expect(await totals()).toEqual({ conversations: 2, messages: 3, mentions: 0 });
    await third.room.say({ mentions: [third.ann.id] });
    expect(await totals()).toEqual({ conversations: 2, messages: 3, mentions: 0 });
    await third.ann.set({ muted_until: new Date(Date.now() + 300).toISOString() });
    const whole = { conversations: 3, messages: 7, mentions: 1 };
    await expect.poll(totals, { timeout: 5_000 }).toEqual(whole);
  });

  it("are those of the conversations that the user is in", async () => {
    const { user_id, totals, first, third } = await newInbox(3);
    await third.ann.leave();
    expect(await totals()).toEqual({ conversations: 2, messages: 3, mentions: 0 });
    await third.room.say({ mentions: [user_id] });
    await third.ann.join();
    expect(await totals()).toEqual({ conversations: 2, messages: 3, mentions: 0 });
    await third.room.say();
    await first.room.say({ user_id });
    expect(await totals()).toEqual({ conversations: 2, messages: 3, mentions: 0 });
  });

  it("are exact after sends, marks and deletions at once in all of them", async () => {
    const { chats, totals } = await newInbox(8);
    await Promise.all(
      chats.flatMap(({ room, ann }) => [
        room.say({ mentions: "everyone" }),
        ann.read(1),
        room.remove(1),
        room.say(),
      ]),
    );
    // Of 1 to 8 messages one is read each, and two are new.
    expect(await totals()).toEqual({ conversations: 8, messages: 28 + 16, mentions: 8 });
  });
}
