import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { unique, upTo } from "../make.ts";
import { Room } from "../room.ts";

/** What changes do to inboxes, conversations and members: nothing but to move the head of the log. */
export function changeInboxContract(store: () => ChatStore): void {
  const inboxOf = (user: string) => store().conversations.inbox(user, { limit: 100 });
  const conversationOf = async ({ id }: Room) => (await store().conversations.get([id], 50))[0];

  it("move no conversation in an inbox, and no last_activity_at", async () => {
    const user_id = unique("ann");
    const rooms = upTo(3).map(() => new Room(store, { user_id, conversation_id: unique("room") }));
    for (const [index, room] of rooms.entries()) {
      for (const n of upTo(2)) await room.say({ timestamp: `2020-01-0${index + 1}T00:0${n}:00Z` });
    }
    const [oldest] = rooms;
    if (!oldest) throw new Error("there are three rooms");
    const before = await inboxOf(user_id);
    expect(before.map(({ id }) => id)).toEqual(rooms.map(({ id }) => id).toReversed());
    const { last_activity_at } = (await conversationOf(oldest)) ?? {};
    const changes: (() => Promise<unknown>)[] = [
      () => oldest.react(1, "+1"),
      () => oldest.edit(2, { content: "edited" }),
      () => oldest.unreact(1, "+1"),
      () => oldest.remove(2),
      () => oldest.remove(1),
    ];
    for (const [index, change] of changes.entries()) {
      await change();
      expect(await inboxOf(user_id)).toEqual(before);
      const last_seq = index + 3;
      expect(await conversationOf(oldest)).toMatchObject({ last_activity_at, last_seq });
    }
    const { timestamp } = await oldest.say();
    const [first] = await inboxOf(user_id);
    expect(first).toMatchObject({ id: oldest.id, last_activity_at: timestamp });
  });

  it("move last_seq, and the head of the log with it", async () => {
    const room = new Room(store);
    await room.say();
    await room.react(1, "+1");
    await room.edit(1, { content: "edited" });
    expect(await conversationOf(room)).toMatchObject({
      last_seq: 3,
      messages: [{ seq: 1, changed_seq: 3 }],
    });
    const [head] = await store().conversations.heads({ conversation_ids: [room.id] });
    expect(head).toMatchObject({ conversation_id: room.id, last_seq: 3, is_active: true });
    const byUser = await store().conversations.heads({ user_id: "alice" });
    expect(byUser.find((each) => each.conversation_id === room.id)).toMatchObject({ last_seq: 3 });
    const active = await store().conversations.heads("active");
    expect(active.find((each) => each.conversation_id === room.id)).toMatchObject({ last_seq: 3 });
  });

  it("leave as many messages to a conversation as are asked for", async () => {
    const room = new Room(store);
    for (const _ of upTo(10)) await room.say();
    for (const n of upTo(50)) await room.react(10, "+1", `user-${n}`);
    for (const n of [8, 9]) await room.remove(n);
    for (const [limit, seqs] of [
      [0, []],
      [1, [10]],
      [3, [6, 7, 10]],
      [50, [1, 2, 3, 4, 5, 6, 7, 10]],
    ] as const) {
      const [conversation] = await store().conversations.get([room.id], limit);
      expect(conversation?.messages.map(({ seq }) => seq)).toEqual(seqs);
      expect(conversation?.last_seq).toBe(62);
    }
  });

  it("let nobody join", async () => {
    const room = new Room(store);
    await room.say();
    await room.react(1, "+1", "bob");
    await room.edit(1, { user_id: "key", content: "edited" });
    await room.unreact(1, "+1", "bob");
    await room.remove(1, { user_id: "moderator" });
    expect(await conversationOf(room)).toMatchObject({ user_ids: ["alice"], member_count: 1 });
    expect(await store().members.has({ conversation_id: room.id, user_id: "bob" })).toBe(false);
    await store().members.leave({ conversation_id: room.id, user_id: "alice" });
    await room.say({ user_id: "cy" });
    await room.react(6, "+1");
    expect(await conversationOf(room)).toMatchObject({ user_ids: ["cy"] });
  });

  it("by who left are refused to members only", async () => {
    const room = new Room(store);
    await room.say();
    await room.say({ user_id: "bob" });
    await store().members.leave({ conversation_id: room.id, user_id: "bob" });
    const reaction = room.newReaction(1, "+1", { user_id: "bob" });
    const admission = "members_only";
    expect(await room.outcomes([reaction], { admission })).toEqual(["not_member"]);
    expect(await room.outcomes([reaction])).toEqual(["created"]);
    expect(await room.outcomes([reaction], { admission })).toEqual(["not_member"]);
  });

  it("of messages that are all deleted leave the conversation and its activity", async () => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids: ["alice", "bob"] });
    const room = new Room(store, { conversation_id: id });
    const { timestamp } = await room.say();
    await room.remove(1);
    expect(await conversationOf(room)).toMatchObject({
      ...{ messages: [], last_seq: 2, member_count: 2 },
      last_activity_at: timestamp,
    });
  });
}
