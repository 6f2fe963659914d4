import { expect, it } from "vitest";
import type { Reactor } from "../../src/entities.ts";
import type { ReactorRange } from "../../src/ports/messages.ts";
import type { ChatStore } from "../../src/store.ts";
import { newUsers, upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Reactors: all who react to a message, in pages. */
export function reactorsContract(store: () => ChatStore): void {
  const newRoom = async () => {
    const room = new Room(store);
    await room.say();
    return room;
  };
  const read = (room: Room, range: Partial<ReactorRange> = {}) =>
    store().messages.reactors(room.stream, 1, { limit: 1_000, ...range });

  it("are listed by key, those with one key in the order they reacted", async () => {
    const room = await newRoom();
    const b1 = await room.react(1, "b", "zoe");
    const a1 = await room.react(1, "a", "zoe");
    await room.react(1, "b", "ann");
    const b2 = await room.react(1, "b", "eve");
    await room.unreact(1, "b", "ann");
    const a2 = await room.react(1, "a", "ann");
    const b3 = await room.react(1, "b", "ann");
    const expected: Reactor[] = [a1, a2, b1, b2, b3].map(({ key, user_id, seq, timestamp }) => {
      return { key, user_id, seq, timestamp };
    });
    expect(await read(room)).toEqual(expected);
    expect(await read(room, { key: "b" })).toEqual(expected.slice(2));
    expect(await read(room, { key: "c" })).toEqual([]);
  });

  it("are paged without a hole or a repeat, with one key and with all", async () => {
    const room = await newRoom();
    const users = newUsers(30);
    const keys = ["\u{1F600}", "\uFF5E", "a", "z", "B", "e\u0301"];
    const reactions = users.flatMap((user_id, index) =>
      keys.slice(index % 3).map((key) => room.newReaction(1, key, { user_id })),
    );
    await Promise.all(reactions.map((reaction) => room.store(reaction)));
    const all = await read(room);
    expect(all).toHaveLength(reactions.length);
    for (const limit of [1, 7, 30]) expect(await walk({ limit })).toEqual(all);
    for (const key of keys) {
      const own = all.filter((reactor) => reactor.key === key);
      expect(own.map(({ seq }) => seq)).toEqual(
        own.map(({ seq }) => seq).toSorted((a, b) => a - b),
      );
      expect(await walk({ limit: 7, key })).toEqual(own);
    }
    // Each key in one piece.
    const runs = all.filter(({ key }, index) => key !== all[index - 1]?.key);
    expect(runs).toHaveLength(keys.length);

    async function walk(range: ReactorRange): Promise<Reactor[]> {
      const found: Reactor[] = [];
      for (;;) {
        const last = found.at(-1);
        const page = await read(room, { ...range, ...(last && { after: last }) });
        expect(page.length).toBeLessThanOrEqual(range.limit);
        found.push(...page);
        if (page.length < range.limit) return found;
      }
    }
  });

  it("with one key after a reaction with another are all or none", async () => {
    const room = await newRoom();
    await room.react(1, "b", "bob");
    const a = await room.react(1, "a", "ann");
    await room.react(1, "b", "ann");
    const afterA = await read(room, { key: "b", after: a });
    expect(afterA.map(({ user_id }) => user_id)).toEqual(["bob", "ann"]);
    expect(await read(room, { key: "a", after: { key: "b", seq: 1 } })).toEqual([]);
  });

  it("are more than a message shows", async () => {
    const room = await newRoom();
    const users = newUsers(120);
    await Promise.all(users.map((user_id) => room.store(room.newReaction(1, "+1", { user_id }))));
    expect((await read(room)).map(({ user_id }) => user_id)).toEqual(users);
    expect((await read(room, { limit: 60 })).map(({ user_id }) => user_id)).toEqual(
      users.slice(0, 60),
    );
  });

  it("are none of what is no message, of another message and of another log", async () => {
    const room = await newRoom();
    await room.say();
    await room.react(1, "+1");
    for (const seq of [-1, 0, 2, 3, 4]) {
      expect(await store().messages.reactors(room.stream, seq, { limit: 10 })).toEqual([]);
    }
    expect(await read(await newRoom())).toEqual([]);
    expect(await read(room)).toHaveLength(1);
    await room.unreact(1, "+1");
    expect(await read(room)).toEqual([]);
  });

  it("are there once each after all came and went many times", async () => {
    const room = await newRoom();
    for (const n of upTo(10)) {
      await room.react(1, "+1", n % 2 ? "ann" : "bob");
      if (n < 9) await room.unreact(1, "+1", n % 2 ? "ann" : "bob");
    }
    expect((await read(room)).map(({ user_id, seq }) => [user_id, seq])).toEqual([
      ["ann", 18],
      ["bob", 19],
    ]);
  });
}
