import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { appendAll, idsOf } from "../log.ts";
import { newMessage, newUsers, unique } from "../make.ts";

const day = (n: number) => `2004-12-${String(n).padStart(2, "0")}T09:14:00.000Z`;

/** The ids of a user's conversations: where activity is equal, and by themselves. */
export function inboxIdsContract(store: () => ChatStore): void {
  it("lists ties by code points, which is not the order of JavaScript's strings", async () => {
    const ann = unique("ann");
    const room = unique("room");
    const ids = ["z", "\uFF21", "\u{1F600}"].map((end) => `${room}.${end}`);
    await appendAll(
      store(),
      ids.toReversed().map((conversation_id) => {
        return newMessage({ conversation_id, user_id: ann, timestamp: day(1) });
      }),
    );
    expect(ids.toSorted()).not.toEqual(ids);
    const [first] = await store().conversations.inbox(ann, { limit: 1 });
    if (!first) throw new Error("the inbox is not empty");
    const rest = await store().conversations.inbox(ann, { after: first, limit: 10 });
    expect(idsOf(rest)).toEqual(ids.slice(1));
    expect(idsOf(await store().conversations.inbox(ann, { limit: 10 }))).toEqual(ids);
    expect(await store().conversations.idsOf(ann, { limit: 10 })).toEqual(ids);
  });

  it("lists ids in an order that activity does not change", async () => {
    const ann = unique("ann");
    const rooms = newUsers(7, unique("room"));
    await appendAll(
      store(),
      rooms.toReversed().map((conversation_id, index) => {
        return newMessage({ conversation_id, user_id: ann, timestamp: day(1 + index) });
      }),
    );
    const { idsOf: read } = store().conversations;
    expect(await read(ann, { limit: 10 })).toEqual(rooms);
    expect(await read(ann, { after: rooms[2] ?? "", limit: 2 })).toEqual(rooms.slice(3, 5));
    expect(await read(ann, { after: rooms[6] ?? "", limit: 2 })).toEqual([]);
    expect(await read(unique("nobody"), { limit: 2 })).toEqual([]);
  });
}
