import { expect, it } from "vitest";
import { contentLengthMax, pageLengthMax } from "../../src/limits.ts";
import { fitPage, lengthOf } from "../../src/paging/page-length.ts";
import type { ChatStore } from "../../src/store.ts";
import { idsOf, seqsOf } from "../log.ts";
import { newUsers, unique, upTo } from "../make.ts";
import { Room } from "../room.ts";

const long = "x".repeat(contentLengthMax);
/** How many long messages are exactly as long as a page can be. */
const fitting = pageLengthMax / contentLengthMax;
const timeoutMs = 60_000;

/** Pages whose texts are long. A store gives one message more than fits, which tells that there is more. */
export function longPagesContract(store: () => ChatStore): void {
  it("keep the oldest or the newest messages, and one more than fits", async () => {
    const room = await talk(100);
    const oldest = await room.messages({ limit: 1_001 });
    expect(seqsOf(oldest)).toEqual(upTo(fitting + 1));
    expect(seqsOf(fitPage(oldest, { limit: 1_000, from: "oldest" }))).toEqual(upTo(fitting));
    const newest = await room.messages({ limit: 1_001, from: "newest" });
    expect(seqsOf(newest)).toEqual(upTo(100).slice(-fitting - 1));
    const shown = fitPage(newest, { limit: 1_000, from: "newest" });
    expect(seqsOf(shown)).toEqual(upTo(100).slice(-fitting));
    expect(seqsOf(await room.messages({ limit: 7, after: 3 }))).toEqual([4, 5, 6, 7, 8, 9, 10]);
  });

  it("have everything that is exactly as long as a page can be", async () => {
    const room = await talk(fitting);
    for (const from of ["oldest", "newest"] as const) {
      const found = await room.messages({ limit: 1_001, from });
      expect(fitPage(found, { limit: 1_000, from })).toHaveLength(fitting);
    }
    const { messages, read_to } = await readOn(room, 0);
    expect([messages.length, read_to]).toEqual([fitting, fitting]);
  });

  it("tell how far they have read the log", async () => {
    const room = await talk(fitting + 10);
    const first = await readOn(room, 0);
    expect(seqsOf(first.messages)).toEqual(upTo(fitting + 1));
    expect(first.read_to).toBe(fitting + 1);
    await room.react(1, "+1");
    const rest = await readOn(room, first.read_to);
    expect(seqsOf(rest.messages)).toEqual(upTo(fitting + 10).slice(fitting + 1));
    expect(rest.read_to).toBe(fitting + 11);
  });

  it("count the users whom messages mention", async () => {
    const room = new Room(store);
    const mentions = newUsers(50, "m".repeat(120));
    await Promise.all(upTo(200).map(() => room.say({ content: "hello", mentions })));
    const [first] = await room.messages({ limit: 1 });
    const count = Math.floor(pageLengthMax / (first ? lengthOf(first) : 0)) + 1;
    expect(count).toBeLessThan(200);
    expect(seqsOf(await room.messages({ limit: 1_000 }))).toEqual(upTo(count));
    const newest = await room.messages({ limit: 1_000, from: "newest" });
    expect(seqsOf(newest)).toEqual(upTo(200).slice(-count));
  });

  it(
    "count what messages have become, and what belongs to them",
    async () => {
      const room = new Room(store);
      await Promise.all(upTo(300).map(() => room.say()));
      const metadata = { note: "y".repeat(8_000) };
      const edits = upTo(300).map((seq) => room.newEdit(seq, { content: long, metadata }));
      await Promise.all(edits.map((edit) => room.store(edit)));
      const [first] = await room.messages({ limit: 1 });
      const length = first ? lengthOf(first) : 0;
      expect(length).toBeGreaterThan(24_000);
      const count = Math.floor(pageLengthMax / length) + 1;
      for (const from of ["oldest", "newest"] as const) {
        expect(await room.messages({ limit: 1_001, from })).toHaveLength(count);
        expect(await room.messages({ limit: 1_001, from, deleted: true })).toHaveLength(count);
      }
      const page = { after: 300, limit: 1_001, from: "oldest" } as const;
      expect(await store().log.page(room.stream, page)).toHaveLength(count);
    },
    timeoutMs,
  );

  it("show changes of messages that are far apart", async () => {
    const room = new Room(store);
    await room.say();
    await Promise.all(upTo(600).map(() => room.say({ thread_seq: 1 })));
    await room.say();
    for (const seq of [1, 2, 602]) await room.edit(seq, { content: `edited ${seq}` });
    const main = await room.messages({ thread: "none" });
    expect(main.map(({ seq, content }) => [seq, content])).toEqual([
      [1, "edited 1"],
      [602, "edited 602"],
    ]);
    expect(main[0]?.thread).toMatchObject({ count: 600 });
    const thread = await room.messages({ thread: 1, limit: 1_000 });
    expect(thread[0]).toMatchObject({ content: "edited 2", changed_seq: 604 });
    expect(thread).toHaveLength(600);
  });

  it(
    "count who reacts",
    async () => {
      const room = new Room(store);
      await Promise.all(upTo(30).map(() => room.say()));
      const users = newUsers(20, "u".repeat(100));
      for (const seq of upTo(30)) {
        for (const key of ["a", "b"]) {
          await Promise.all(users.map((user_id) => room.react(seq, key, user_id)));
        }
      }
      const range = { after: 30, limit: 1_001, from: "oldest" } as const;
      const entries = await store().log.page(room.stream, range);
      expect(entries.length).toBeLessThan(1_000);
      const lengths = entries.map((entry) => lengthOf(entry));
      expect(sum(lengths)).toBeGreaterThan(pageLengthMax);
      expect(sum(lengths.slice(0, -1))).toBeLessThanOrEqual(pageLengthMax);
    },
    timeoutMs,
  );

  it.each([
    ["in a log", (room: Room, after: number) => entriesAfter(room, after)],
    [
      "that tell how far they read",
      async (room: Room, after: number) => (await readOn(room, after)).messages,
    ],
    ["of messages", (room: Room, after: number) => room.messages({ after, limit: 1_001 })],
  ])(
    "%s lead through short and long messages",
    async (_, read) => {
      const room = new Room(store);
      const isLong = (n: number) => n > 100 && n < 300;
      const contents = upTo(400).map((n) => (isLong(n) ? long : `${n}`));
      await Promise.all(contents.map((content) => room.say({ content })));
      const seen: number[] = [];
      for (let pages = 1; seen.length < 400; pages++) {
        expect(pages).toBeLessThan(10);
        const found = await read(room, seen.length);
        const shown = fitPage<{ seq: number }>(found, { limit: 1_000, from: "oldest" });
        seen.push(...shown.map(({ seq }) => seq));
      }
      expect(seen).toEqual(upTo(400));
    },
    timeoutMs,
  );

  it(
    "of a conversation have the newest messages that fit",
    async () => {
      const [first, second, third] = [
        await talk(fitting + 5),
        await talk(fitting + 5),
        await talk(3),
      ];
      const get = (rooms: Room[], messages: number) =>
        store().conversations.get(idsOf(rooms), messages);
      for (const rooms of [[first], [first, third], [first, second, third]]) {
        const found = await get(rooms, 1_000);
        expect(found.map(({ id, messages }) => [id, seqsOf(messages)])).toEqual([
          [first.id, upTo(fitting + 5).slice(-fitting)],
        ]);
      }
      expect(idsOf(await get([third, first], 1_000))).toEqual([third.id]);
      expect(idsOf(await get([third, first, second], 10))).toEqual(idsOf([third, first, second]));
      expect(idsOf(await get([third, first, second], 40))).toEqual(idsOf([third, first]));
      expect(await get([first, second, third], 0)).toHaveLength(3);
    },
    timeoutMs,
  );

  it(
    "of a conversation count what messages have become",
    async () => {
      const rooms = [new Room(store), new Room(store), new Room(store)];
      for (const room of rooms) {
        await Promise.all(upTo(120).map(() => room.say()));
        await Promise.all(upTo(120).map((seq) => room.edit(seq, { content: long })));
      }
      const found = await store().conversations.get(idsOf(rooms), 120);
      expect(found.map(({ messages }) => seqsOf(messages))).toEqual([upTo(120).slice(-fitting)]);
    },
    timeoutMs,
  );

  it(
    "of conversations count the ids of their members",
    async () => {
      const user_ids = newUsers(1_000, "u".repeat(120));
      const ids = newUsers(12, unique("room"));
      for (const id of ids) await store().conversations.create({ id, user_ids });
      const found = await store().conversations.get(ids, 10);
      expect(idsOf(found)).toEqual(ids.slice(0, 8));
    },
    timeoutMs,
  );

  it(
    "of the texts of a message have the newest, and the current one last",
    async () => {
      const room = new Room(store);
      await room.say({ content: "first" });
      await Promise.all(
        upTo(100).map((n) => room.edit(1, { content: `${n} ${long}`.slice(0, -4) })),
      );
      const versions = await room.versions(1);
      expect(versions.map(({ seq }) => seq)).toEqual(upTo(101).slice(-fitting));
      expect(versions.at(-1)?.content).toBe((await room.message(1))?.content);
      await room.remove(1);
      expect(await room.versions(1)).toEqual([]);
    },
    timeoutMs,
  );

  it(
    "of the texts of a message have at most 1,000",
    async () => {
      const room = new Room(store);
      await room.say({ content: "0" });
      await Promise.all(upTo(999).map((n) => room.edit(1, { content: `${n}` })));
      expect((await room.versions(1)).map(({ seq }) => seq)).toEqual(upTo(1_000));
      await room.edit(1, { content: "1000" });
      expect((await room.versions(1)).map(({ seq }) => seq)).toEqual(upTo(1_001).slice(1));
    },
    timeoutMs,
  );

  async function talk(count: number): Promise<Room> {
    const room = new Room(store);
    await Promise.all(upTo(count).map(() => room.say({ content: long })));
    return room;
  }

  function readOn({ stream }: Room, after: number) {
    return store().messages.readOn(stream, { after, limit: 1_001 });
  }

  function entriesAfter({ stream }: Room, after: number) {
    return store().log.page(stream, { after, limit: 1_001, from: "oldest" });
  }
}

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, 0);
}
