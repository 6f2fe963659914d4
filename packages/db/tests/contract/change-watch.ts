import { expect, it } from "vitest";
import type { Entry } from "../../src/entities.ts";
import type { ChatStore, StoreEvent } from "../../src/store.ts";
import { newUsers, upTo } from "../make.ts";
import { Room } from "../room.ts";

/** What a store tells of changes: entries, each with the whole state that it left behind. */
export function changeWatchContract(store: () => ChatStore): void {
  /** Listens to what is stored after a position: an event from before may arrive again. */
  function listen({ id }: Room, after = 0) {
    const heard = new Map<number, Entry>();
    const others: StoreEvent[] = [];
    const stop = store().watch((event) => {
      if (event.kind === "missed" || event.kind === "erased") return;
      if (event.kind !== "entry") {
        if (event.conversation_id === id) others.push(event);
      } else if (event.entry.conversation_id === id && event.entry.seq > after) {
        if (!heard.has(event.entry.seq)) heard.set(event.entry.seq, event.entry);
      }
    });
    return { heard: () => [...heard.values()], others, [Symbol.dispose]: stop };
  }

  it("are told as they were answered, by the time they are acknowledged, in order", async () => {
    const room = new Room(store);
    using heard = listen(room);
    const answered: Entry[] = [];
    const expectTold = async (writing: Promise<Entry>) => {
      answered.push(await writing);
      expect(heard.heard()).toEqual(answered);
    };
    await expectTold(room.say({ metadata: { a: 1 } }));
    await expectTold(room.react(1, "+1"));
    await expectTold(room.say({ thread_seq: 1, reply_to: 1 }));
    await expectTold(room.edit(1, { content: "edited" }));
    await expectTold(room.unreact(1, "+1"));
    await expectTold(room.remove(3));
    await expectTold(room.remove(1));
  });

  it("carry the state after all that came before them, also in a group", async () => {
    const room = new Room(store);
    await room.say();
    using heard = listen(room, 1);
    const users = newUsers(30);
    await Promise.all([
      ...users.map((user) => room.react(1, "+1", user)),
      ...upTo(10).map((n) => room.edit(1, { content: `${n}` })),
      ...upTo(10).map(() => room.say({ thread_seq: 1 })),
    ]);
    const told = heard.heard();
    expect(told.map(({ seq }) => seq)).toEqual(upTo(50).map((n) => n + 1));
    expect(told.slice(0, 30)).toMatchObject(
      upTo(30).map((n) => ({ reactions: [{ key: "+1", count: n, user_ids: users.slice(0, n) }] })),
    );
    expect(told.slice(30, 40)).toMatchObject(upTo(10).map((n) => ({ content: `${n}` })));
    expect(told.slice(40)).toMatchObject(upTo(10).map((count) => ({ thread_state: { count } })));
    expect(told).toEqual((await room.entries()).slice(1));
  });

  it("are not told when they are repeated, refused or without effect", async () => {
    const room = new Room(store);
    const message = room.newMessage();
    await room.store(message);
    const edit = room.newEdit(1, { content: "edited" });
    await room.store(edit);
    await room.react(1, "+1");
    using heard = listen(room, 3);
    await room.outcomes([
      ...[message, edit, { ...edit, content: "other" }],
      room.newReaction(1, "+1"),
      room.newReaction(1, "heart", { added: false }),
      room.newEdit(3, { content: "x" }),
      room.newEdit(1, { content: "x", unchanged_since: 1 }),
      room.newMessage({ thread_seq: 9, user_id: "bob" }),
    ]);
    // Whatever is told of them was told before this one.
    const last = await room.say();
    expect(heard.heard()).toEqual([last]);
    expect(heard.others.filter((event) => "user_id" in event && event.user_id === "bob")).toEqual(
      [],
    );
  });
}
