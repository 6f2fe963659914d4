import { expect, it } from "vitest";
import type { LogHead } from "../../src/ports/log.ts";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { upTo } from "../make.ts";
import { Room } from "../room.ts";

/** Counts: the head of a log tells how many messages the log holds, and where the newest is. */
export function countsContract(store: () => ChatStore): void {
  it("are those of messages, whatever else the log holds", async () => {
    const room = new Room(store);
    const heads: (LogHead | undefined)[] = [];
    const write = async (writing: Promise<unknown>) => {
      await writing;
      heads.push(await room.head());
    };
    await write(room.say());
    await write(room.react(1, "+1"));
    await write(room.say({ thread_seq: 1 }));
    await write(room.edit(1, { content: "edited" }));
    await write(room.unreact(1, "+1"));
    await write(room.remove(1));
    await write(room.say());
    await write(room.remove(7));
    await write(room.remove(3));
    expect(heads).toEqual([
      { seq: 1, count: 1, said_seq: 1 },
      { seq: 2, count: 1, said_seq: 1 },
      { seq: 3, count: 2, said_seq: 3 },
      { seq: 4, count: 2, said_seq: 3 },
      { seq: 5, count: 2, said_seq: 3 },
      { seq: 6, count: 2, said_seq: 3 },
      { seq: 7, count: 3, said_seq: 7 },
      { seq: 8, count: 3, said_seq: 7 },
      { seq: 9, count: 3, said_seq: 7 },
    ]);
  });

  it("do not move by what is repeated, refused or without effect", async () => {
    const room = new Room(store);
    const message = room.newMessage();
    await room.store(message);
    await room.react(1, "+1");
    const before = await room.head();
    const outcomes = await room.outcomes([
      message,
      { ...message, content: "other" },
      room.newReaction(1, "+1"),
      room.newReaction(1, "heart", { added: false }),
      room.newEdit(2, { content: "x" }),
      room.newEdit(1, { content: "x", unchanged_since: 0 }),
      room.newMessage({ thread_seq: 2 }),
      room.newDeletion(9),
    ]);
    expect(outcomes).toEqual([
      ...["repeated", "conflict", "repeated", "repeated"],
      ...["not_found", "changed", "invalid", "not_found"],
    ]);
    expect(await room.head()).toEqual(before);
    await room.say();
    expect(await room.head()).toEqual({ seq: 3, count: 2, said_seq: 3 });
  });

  it("are exact after many entries of all kinds at once", async () => {
    const room = new Room(store);
    for (const _ of upTo(5)) await room.say();
    await room.outcomes(
      upTo(40).flatMap((n) => [
        room.newMessage({ content: `${n}` }),
        room.newReaction((n % 5) + 1, `${n % 7}`, { user_id: `user-${n}` }),
        room.newEdit((n % 5) + 1, { content: `${n}` }),
        room.newMessage({ thread_seq: (n % 5) + 1 }),
        ...(n % 8 === 0 ? [room.newDeletion(n / 8)] : []),
      ]),
    );
    const entries = await room.entries();
    const messages = entries.filter(({ kind }) => kind === "message");
    const expected = {
      seq: entries.length,
      count: messages.length,
      said_seq: messages.at(-1)?.seq,
    };
    expect(await room.head()).toEqual(expected);
    expect(await readHead(store().log, room.stream)).toBe(entries.length);
  });

  it("of many logs are read at once", async () => {
    const rooms = upTo(20).map(() => new Room(store));
    await Promise.all(
      rooms.flatMap((room, index) => [
        room.say(),
        ...upTo(index).map((n) => room.react(1, `${n}`)),
      ]),
    );
    const heads = await store().log.heads(rooms.map(({ stream }) => stream));
    for (const [index, room] of rooms.entries()) {
      expect(heads.get(room.stream)).toEqual({ seq: index + 1, count: 1, said_seq: 1 });
    }
  });
}
