import { expect, it } from "vitest";
import type { ConversationHead } from "../../src/ports/conversations.ts";
import type { ChatStore } from "../../src/store.ts";
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
    const lately = await store().conversations.heads({ user_id, since: new Date() });
    expect(lately).toMatchObject([{ conversation_id: id, last_seq: 3 }]);
  });

  it("says which of some users are in which of some conversations, and since when", async () => {
    const { conversations, members } = store();
    const ids = [unique("room"), unique("room"), unique("room")] as const;
    const before = Date.now();
    for (const id of ids) await conversations.create({ id, user_ids: ["ann", "bob", "di"] });
    await members.leave({ conversation_id: ids[0], user_id: "bob" });
    await members.join({ conversation_id: ids[1], user_id: "cy" });
    const query = { conversation_ids: [ids[0], ids[1]], user_ids: ["ann", "bob", "cy", "eve"] };
    const found = await members.among(query);
    const pairs = found.map(({ conversation_id, user_id }) => [
      ids.indexOf(conversation_id),
      user_id,
    ]);
    expect(pairs.toSorted()).toEqual(
      [
        [0, "ann"],
        [1, "ann"],
        [1, "bob"],
        [1, "cy"],
      ].toSorted(),
    );
    for (const { joined_at } of found) {
      expect(joined_at.getTime()).toBeGreaterThanOrEqual(before);
      expect(joined_at.getTime()).toBeLessThanOrEqual(Date.now());
    }
    // Few users of many, which a store may look up one by one.
    expect(await members.among({ ...query, user_ids: ["ann"] })).toHaveLength(2);
    expect(await members.among({ ...query, user_ids: [] })).toEqual([]);
    expect(await members.among({ ...query, conversation_ids: [] })).toEqual([]);
  });

  it.each([5, 70])(
    "finds %d users in conversations of fewer and of more members",
    async (count) => {
      const { conversations } = store();
      const user_ids = newUsers(count, unique("user"));
      const members = new Map([
        [unique("few"), user_ids.slice(0, 3)],
        [unique("as many"), user_ids],
        [unique("more"), [...newUsers(100), ...user_ids.slice(2)]],
        [unique("others"), newUsers(100)],
      ]);
      for (const [id, joined] of members) await conversations.create({ id, user_ids: joined });
      const conversation_ids = [...members.keys(), unique("none")];
      const found = await store().members.among({ conversation_ids, user_ids });
      const asked = new Set(user_ids);
      expect(
        found.map(({ conversation_id, user_id }) => [conversation_id, user_id]).toSorted(),
      ).toEqual(
        [...members]
          .flatMap(([id, joined]) =>
            joined.filter((user) => asked.has(user)).map((user) => [id, user]),
          )
          .toSorted(),
      );
    },
  );

  it("says when a user joined a conversation, anew after leaving it", async () => {
    const { conversations, members } = store();
    const [id, user_id] = [unique("room"), unique("ann")];
    await conversations.create({ id, user_ids: [user_id, "bob"] });
    const [first] = await conversations.heads({ user_id });
    await members.leave({ conversation_id: id, user_id });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await members.join({ conversation_id: id, user_id });
    const [second] = await conversations.heads({ user_id });
    expect(second?.joined_at?.getTime()).toBeGreaterThan(first?.joined_at?.getTime() ?? Infinity);
  });
}

function byId(heads: ConversationHead[]): ConversationHead[] {
  return heads.toSorted((a, b) => (a.conversation_id < b.conversation_id ? -1 : 1));
}
