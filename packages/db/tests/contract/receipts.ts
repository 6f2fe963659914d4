import { expect, it } from "vitest";
import type { ListedRead } from "../../src/ports/reads.ts";
import type { ChatStore } from "../../src/store.ts";
import { newUsers, unique, upTo } from "../make.ts";
import { newChat, Reader } from "../reader.ts";

/** Receipts: how far the members of a conversation have read. */
export function receiptsContract(store: () => ChatStore): void {
  const list = (id: string, limit = 1_000) => store().reads.list(id, { limit });

  it("are none of a conversation that is not there", async () => {
    expect(await list(unique("room"))).toEqual([]);
  });

  it("list the members in the order they joined, with how far they have read", async () => {
    const { room, ann, bob, other } = await newChat(store);
    const cy = other("cy");
    await room.say({ user_id: cy.id });
    await room.say();
    await room.react(1, "+1", bob.id);
    await bob.read(1);
    const members = await store().members.list(room.id, { limit: 10 });
    expect(await list(room.id)).toEqual([
      { user_id: ann.id, place: members[0]?.place, read_seq: 2 },
      { user_id: bob.id, place: members[1]?.place, read_seq: 1 },
      { user_id: cy.id, place: members[2]?.place, read_seq: 1 },
    ]);
    await ann.unread(1);
    await bob.read(3);
    await cy.leave();
    expect(await list(room.id)).toMatchObject([{ read_seq: 0 }, { read_seq: 3 }]);
    await cy.join();
    await room.say({ user_id: cy.id });
    await room.remove(4, { user_id: cy.id });
    expect(await list(room.id)).toMatchObject([
      ...[{ read_seq: 0 }, { read_seq: 3 }],
      { user_id: cy.id, read_seq: 4 },
    ]);
  });

  it("are paged, and meet each member once", async () => {
    const { room, ann, bob } = await newChat(store);
    const users = newUsers(123, room.id);
    const readers = users.map((user_id) => new Reader(store, { ...ann.member, user_id }));
    await Promise.all(readers.map((reader) => reader.join()));
    for (const _ of upTo(5)) await room.say({ user_id: bob.id });
    await Promise.all(readers.map((reader, index) => reader.read(index % 6)));
    const all = await list(room.id);
    const expected = new Map(users.map((user_id, index) => [user_id, index % 6]));
    expected.set(ann.id, 0).set(bob.id, 5);
    expect(new Map(all.map(({ user_id, read_seq }) => [user_id, read_seq]))).toEqual(expected);
    const members = await store().members.list(room.id, { limit: 1_000 });
    expect(all.map(({ user_id }) => user_id)).toEqual(members.map(({ user_id }) => user_id));
    for (const limit of [1, 50, 125, 200]) {
      const walked: ListedRead[] = [];
      for (let after: ListedRead | undefined; ; after = walked.at(-1)) {
        const page = await store().reads.list(room.id, { limit, ...(after && { after }) });
        expect(page.length).toBeLessThanOrEqual(limit);
        walked.push(...page);
        if (page.length === 0) break;
      }
      expect(walked).toEqual(all);
    }
  });
}
