import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { idsOf, openInboxes } from "../tests/inboxes.ts";

const { store, api, talk, walk, collect } = openInboxes();
afterAll(() => store.close());

describe("a conversation of an inbox", () => {
  it("that is pinned comes first, in pages and streamed", async () => {
    const places = fc.array(fc.record({ day: fc.nat(2), pinned: fc.boolean() }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 5 }), async (drawn, limit) => {
        const user_id = randomUUID();
        const rooms = await talk(
          user_id,
          drawn.map(({ day }) => day),
        );
        const pinned = rooms.filter((_, index) => drawn[index]?.pinned).map(({ id }) => id);
        for (const conversation_id of pinned) {
          await api.conversations.updateMember({ conversation_id, user_id, pinned: true });
        }
        const rank = ({ id }: { id: string }) => (pinned.includes(id) ? 0 : 1);
        const expected = rooms.toSorted(
          (a, b) => rank(a) - rank(b) || b.day - a.day || (a.id < b.id ? -1 : 1),
        );
        const found = (await walk({ user_id, limit, messages: 0 })).flat();
        expect(idsOf(found)).toEqual(idsOf(expected));
        expect(found.map((room) => room.pinned)).toEqual(found.map((room) => rank(room) === 0));
        expect(await collect(user_id, 0)).toEqual(found);
      }),
      { numRuns: 30 },
    );
  });

  it("carries what is new to its user, and what it has set", async () => {
    const user_id = randomUUID();
    const [room] = await talk("bob", [0]);
    const member = { conversation_id: room?.id ?? "", user_id };
    await api.conversations.addMember(member);
    const say = (mentions?: "everyone") =>
      api.messages.send({
        ...member,
        user_id: "bob",
        content: "new",
        ...(mentions && { mentions }),
      });
    const state = { read_seq: 1, revision: 0, unread_count: 0, mention_count: 0 };
    const settings = { pinned: false, archived: false, muted_until: null };
    const readBoth = async () => {
      const { conversations } = await api.conversations.page({ user_id });
      expect(await collect(user_id)).toEqual(conversations);
      return conversations[0];
    };
    expect(await readBoth()).toMatchObject({ ...state, ...settings, last_seq: 1 });
    await say();
    await say("everyone");
    const unread = { ...state, unread_count: 2, mention_count: 1 };
    expect(await readBoth()).toMatchObject({ ...unread, ...settings, last_seq: 3 });
    await api.reads.mark({ ...member, read_seq: 3 });
    expect(await readBoth()).toMatchObject({ ...state, read_seq: 3 });
    await api.reads.markUnread({ ...member, unread_from: 3 });
    await api.conversations.updateMember({ ...member, archived: true });
    expect(await readBoth()).toMatchObject({
      ...{ read_seq: 2, revision: 1, unread_count: 1, mention_count: 1 },
      ...{ ...settings, archived: true },
    });
  });

  it("is shown only where it is unread or archived, if that is asked for, in pages", async () => {
    const user_id = randomUUID();
    const rooms = await talk(
      "bob",
      Array.from({ length: 9 }, (_, day) => day),
    );
    for (const [index, { id: conversation_id }] of rooms.entries()) {
      await api.conversations.addMember({ conversation_id, user_id });
      await api.messages.send({ user_id: "bob", content: "new", conversation_id });
      if (index % 3 === 0) await api.reads.mark({ conversation_id, user_id, read_seq: 2 });
      const archived = index % 2 === 0;
      await api.conversations.updateMember({ conversation_id, user_id, archived });
    }
    const find = async (filter: { archived?: boolean; unread?: boolean }) => {
      const found = (await walk({ user_id, limit: 2, messages: 0, ...filter })).flat();
      return new Set(found.map(({ id }) => rooms.findIndex((room) => room.id === id)));
    };
    const all = [...rooms.keys()];
    expect(await find({})).toEqual(new Set(all));
    expect(await find({ unread: false })).toEqual(new Set(all));
    expect(await find({ unread: true })).toEqual(new Set(all.filter((n) => n % 3 !== 0)));
    expect(await find({ archived: true })).toEqual(new Set(all.filter((n) => n % 2 === 0)));
    expect(await find({ archived: false })).toEqual(new Set(all.filter((n) => n % 2 !== 0)));
    expect(await find({ archived: false, unread: true })).toEqual(new Set([1, 5, 7]));
  });

  it("shows as many members as it is asked for", async () => {
    const user_id = randomUUID();
    const [room] = await talk(user_id, [0]);
    for (const other of ["bob", "cy"]) {
      await api.conversations.addMember({ conversation_id: room?.id ?? "", user_id: other });
    }
    for (const members of [0, 2, 1_000]) {
      const { conversations } = await api.conversations.page({ user_id, members });
      const [first] = conversations;
      expect(first?.user_ids).toEqual([user_id, "bob", "cy"].slice(0, members));
      expect(first?.member_count).toBe(3);
      const streamed: string[][] = [];
      for await (const one of await api.conversations.all({ user_id, members })) {
        streamed.push(one.user_ids);
      }
      expect(streamed).toEqual([first?.user_ids]);
    }
  });

  it("that is streamed says what is unread when it is sent, not when the stream began", async () => {
    const user_id = randomUUID();
    const rooms = await talk(
      "bob",
      Array.from({ length: 45 }, (_, day) => day),
    );
    for (const { id: conversation_id } of rooms) {
      await api.conversations.addMember({ conversation_id, user_id });
      await api.messages.send({ user_id: "bob", content: "new", conversation_id });
    }
    const [oldest, left] = rooms;
    const counts = new Map<string, number>();
    for await (const { id, unread_count } of await api.conversations.all({ user_id })) {
      counts.set(id, unread_count);
      if (counts.size > 1) continue;
      for (const room of rooms) {
        if (room === oldest || room === left) continue;
        await api.reads.mark({ conversation_id: room.id, user_id, read_seq: 2 });
      }
      await api.conversations.removeMember({ conversation_id: left?.id ?? "", user_id });
    }
    expect(counts.size).toBe(44);
    expect(counts.get(oldest?.id ?? "")).toBe(1);
    expect(counts.has(left?.id ?? "")).toBe(false);
    // The first chunk was read before.
    expect([...counts.values()].filter((count) => count > 0).length).toBeLessThan(25);
  });
});
