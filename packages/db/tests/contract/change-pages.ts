import { expect, it } from "vitest";
import type { Message } from "../../src/entities.ts";
import type { MessageView } from "../../src/ports/messages.ts";
import type { ChatStore } from "../../src/store.ts";
import { seqsOf } from "../log.ts";
import { newUsers, upTo } from "../make.ts";
import { Room } from "../room.ts";

const views: MessageView[] = [
  {},
  { deleted: true },
  { thread: "none" },
  { thread: "none", deleted: true },
  { thread: 1 },
  { thread: 1, deleted: true },
];

/** Pages of messages where other entries lie between them: their limits count messages. */
export function changePagesContract(store: () => ChatStore): void {
  /** Two replies and a plain message, a message that is deleted and a deleted reply, then changes; again and again. */
  async function newHoles(): Promise<Room> {
    const room = new Room(store);
    await room.say({ content: "root" });
    for (const n of upTo(8)) {
      await room.say({ thread_seq: 1 });
      const { seq } = await room.say({ content: `${n}` });
      await room.react(seq, "+1");
      if (n % 2 === 0) await room.remove(seq);
      const reply = await room.say({ thread_seq: 1 });
      await room.edit(reply.seq, { content: "edited" });
      if (n % 3 === 0) await room.remove(reply.seq);
    }
    await room.react(1, "+1");
    return room;
  }

  function isIn({ thread, deleted = false }: MessageView, message: Message): boolean {
    if (message.deleted_at !== undefined && !deleted) return false;
    if (thread === undefined) return true;
    return message.thread_seq === (thread === "none" ? undefined : thread);
  }

  it("hold as many messages as they may, though thousands of reactions lie between", async () => {
    const room = new Room(store);
    await room.say();
    const users = newUsers(50);
    for (const n of upTo(10)) {
      const added = n % 2 === 1;
      const toggles = users.flatMap((user_id) =>
        ["a", "b", "c", "d"].map((key) => room.newReaction(1, key, { user_id, added })),
      );
      await Promise.all(toggles.map((toggle) => room.store(toggle)));
    }
    await room.say();
    expect(seqsOf(await room.messages({ limit: 2 }))).toEqual([1, 2_002]);
    expect(seqsOf(await room.messages({ limit: 2, from: "newest" }))).toEqual([1, 2_002]);
    expect(seqsOf(await room.messages({ limit: 1, from: "newest" }))).toEqual([2_002]);
    expect(seqsOf(await room.messages({ after: 1, limit: 1 }))).toEqual([2_002]);
    expect(seqsOf(await room.messages({ before: 2_002, limit: 1, from: "newest" }))).toEqual([1]);
    const { messages } = store();
    expect(await messages.readOn(room.stream, { after: 1, before: 2_002, limit: 5 })).toEqual({
      messages: [],
      read_to: 2_001,
    });
    expect(await messages.readOn(room.stream, { after: 500, limit: 1 })).toMatchObject({
      messages: [{ seq: 2_002 }],
      read_to: 2_002,
    });
    const log = { after: 1_000, limit: 1_000, from: "oldest" } as const;
    expect(await store().log.page(room.stream, log)).toHaveLength(1_000);
    expect(await room.message(1)).not.toHaveProperty("reactions");
  }, 60_000);

  it.each(views)(
    "lead through all that is in %j, from both ends and with every size",
    async (view) => {
      const room = await newHoles();
      const all = await room.messages({ deleted: true });
      const expected = all.filter((message) => isIn(view, message));
      expect(expected.length).toBeGreaterThan(4);
      for (const limit of [1, 2, 3, 5, 8, 100]) {
        const forwards: Message[] = [];
        const backwards: Message[] = [];
        for (;;) {
          const after = forwards.at(-1)?.seq ?? 0;
          const page = await room.messages({ ...view, after, limit });
          forwards.push(...page);
          expect(page.length).toBe(
            Math.min(limit, expected.length - (forwards.length - page.length)),
          );
          if (page.length < limit) break;
        }
        for (;;) {
          const before = backwards[0]?.seq ?? 1_000;
          const page = await room.messages({ ...view, before, limit, from: "newest" });
          backwards.unshift(...page);
          if (page.length < limit) break;
        }
        expect(forwards).toEqual(expected);
        expect(backwards).toEqual(expected);
      }
    },
  );

  it.each(views)("are read on to the head in %j, and tell how far", async (view) => {
    const room = await newHoles();
    const all = await room.messages({ deleted: true });
    const expected = all.filter((message) => isIn(view, message));
    const head = (await room.head())?.seq ?? 0;
    for (const limit of [1, 2, 5, 100]) {
      const found: Message[] = [];
      let after = 0;
      while (after < head) {
        const { messages, read_to } = await store().messages.readOn(room.stream, {
          ...{ after, limit },
          ...view,
        });
        found.push(...messages);
        expect(read_to).toBeGreaterThan(after);
        const upToHere = expected.filter(({ seq }) => seq > after && seq <= read_to);
        expect(messages).toEqual(upToHere);
        if (messages.length < limit) expect(read_to).toBe(head);
        after = read_to;
      }
      expect(found).toEqual(expected);
    }
  });

  it("show what single reads show", async () => {
    const room = await newHoles();
    const all = await room.messages({ deleted: true });
    for (const message of all) expect(await room.message(message.seq)).toEqual(message);
    const taken = new Set(seqsOf(all));
    const head = (await room.head())?.seq ?? 0;
    for (const seq of upTo(head + 1).filter((each) => !taken.has(each))) {
      expect(await room.message(seq)).toBeNull();
    }
  });

  it("hold 50 messages that are all changed in every way", async () => {
    const room = new Room(store);
    await Promise.all(upTo(50).map((n) => room.say({ content: `${n}` })));
    await Promise.all(
      upTo(50).flatMap((n) => [
        room.edit(n, { content: `edited ${n}`, metadata: { n } }),
        room.react(n, "+1", "ann"),
        room.react(n, "heart", "bob"),
        room.say({ thread_seq: n }),
      ]),
    );
    const page = await room.messages({ before: 51, limit: 50, from: "newest" });
    expect(page).toMatchObject(
      upTo(50).map((n) => ({
        ...{ seq: n, content: `edited ${n}`, metadata: { n }, thread: { count: 1 } },
        reactions: [
          { key: "+1", count: 1, user_ids: ["ann"] },
          { key: "heart", count: 1, user_ids: ["bob"] },
        ],
      })),
    );
  });
}
