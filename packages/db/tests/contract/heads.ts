import { expect, it } from "vitest";
import type { ChatStore, ConversationHead } from "../../src/store.ts";
import { appendAll } from "../log.ts";
import { newMessages, newUsers, unique } from "../make.ts";

/** Where conversations end, and who is in them, for those who follow them. */
export function headsContract(store: () => ChatStore): void {
  it("says where all conversations of a user end", async () => {
    const user_id = unique("ann");
    const rooms = newUsers(5, unique("room"));
    for (const [index, id] of rooms.entries()) {
      await store().conversations.create({ id, user_ids: [user_id] });
      await appendAll(store(), newMessages(index, { conversation_id: id, user_id }));
    }
    const heads = await store().conversations.heads({ user_id });
    expect(byId(heads)).toMatchObject(
      rooms.map((conversation_id, last_seq) => ({ conversation_id, last_seq })),
    );
    const some = { conversation_ids: [rooms[2] ?? "", rooms[4] ?? "", unique("room")] };
    expect(byId(await store().conversations.heads(some))).toMatchObject([
      { conversation_id: rooms[2], last_seq: 2 },
      { conversation_id: rooms[4], last_seq: 4 },
    ]);
  });

  it("knows what was written lately, and where that began", async () => {
    const user_id = unique("ann");
    const id = unique("room");
    await appendAll(store(), newMessages(3, { conversation_id: id, user_id }));
    const active = await store().conversations.heads("active");
    expect(active.find(({ conversation_id }) => conversation_id === id)).toEqual({
      conversation_id: id,
      last_seq: 3,
      is_active: true,
      quiet_seq: 0,
    });
    const lately = await store().conversations.heads({ user_id, since: minutesFromNow(-1) });
    expect(lately).toMatchObject([{ conversation_id: id, last_seq: 3 }]);
    expect(await store().conversations.heads({ user_id, since: minutesFromNow(10) })).toEqual([]);
  });

  it("tells memberships that hold from others", async () => {
    const id = unique("room");
    await store().conversations.create({ id, user_ids: ["ann", "bob"] });
    await store().conversations.removeMember(id, "bob");
    const known = ["ann", "bob", "cy"].map((user_id) => ({ user_id, conversation_id: id }));
    expect(await store().conversations.memberships(known)).toEqual([known[0]]);
    expect(await store().conversations.memberships([])).toEqual([]);
  });
}

function byId(heads: ConversationHead[]): ConversationHead[] {
  return heads.toSorted((a, b) => (a.conversation_id < b.conversation_id ? -1 : 1));
}

function minutesFromNow(minutes: number): Date {
  return new Date(Date.now() + minutes * 60_000);
}
