import { expect, it } from "vitest";
import type { InboxItem, InboxRange } from "../../src/ports/conversations.ts";
import type { ChatStore } from "../../src/store.ts";
import { appendAll, appendInTurn, idsOf } from "../log.ts";
import { newMessage, newUsers, unique, upTo } from "../make.ts";

const day = (n: number) => `2004-12-${String(n).padStart(2, "0")}T09:14:00.000Z`;

/** Pinned conversations, filters, and pages through both. */
export function inboxOrderContract(store: () => ChatStore): void {
  /** Creates conversations of a user of its own, the first one active last, with one unread message in each. */
  async function newInbox(count: number) {
    const [ann, bob] = [unique("ann"), unique("bob")];
    const rooms = newUsers(count, unique("room"));
    for (const id of rooms) {
      await store().conversations.create({ id, user_ids: [ann, bob] });
    }
    await appendAll(
      store(),
      rooms.map((conversation_id, index) => {
        return newMessage({ conversation_id, user_id: bob, timestamp: day(28 - index) });
      }),
    );
    const at = (index: number) => rooms[index] ?? "";
    const memberOf = (index: number) => ({ user_id: ann, conversation_id: at(index) });
    return {
      ...{ ann, bob, rooms, at },
      pin: (index: number, pinned = true) => store().members.update(memberOf(index), { pinned }),
      archive: (index: number) => store().members.update(memberOf(index), { archived: true }),
      read: (index: number) => store().reads.mark(memberOf(index), { read_seq: 1 }),
      say: (index: number, user_id = bob) => {
        return appendInTurn(store(), [newMessage({ conversation_id: at(index), user_id })]);
      },
      ids: async (range: Partial<InboxRange> = {}) => {
        return idsOf(await store().conversations.inbox(ann, { limit: 100, ...range }));
      },
    };
  }

  it("puts pinned conversations first, and among them the most recently active", async () => {
    const { pin, ids, at, ann } = await newInbox(5);
    const before = await store().conversations.itemsOf(ann, [at(3)]);
    await pin(3);
    await pin(1);
    expect(await ids()).toEqual([1, 3, 0, 2, 4].map(at));
    expect(await store().conversations.itemsOf(ann, [at(3)])).toEqual(
      before.map((item) => ({ ...item, pinned: true })),
    );
    await pin(1, false);
    expect(await ids()).toEqual([3, 0, 1, 2, 4].map(at));
  });

  it("keeps a pinned conversation before one that becomes active", async () => {
    const { pin, say, ids, at } = await newInbox(4);
    await pin(3);
    await pin(2);
    await say(1);
    expect(await ids()).toEqual([2, 3, 1, 0].map(at));
    await say(3);
    expect(await ids()).toEqual([3, 2, 1, 0].map(at));
  });

  it("tells archived conversations from those that are not", async () => {
    const { archive, pin, say, ids, at } = await newInbox(6);
    await archive(1);
    await archive(4);
    await pin(4);
    expect(await ids()).toEqual([4, 0, 1, 2, 3, 5].map(at));
    expect(await ids({ archived: true })).toEqual([4, 1].map(at));
    expect(await ids({ archived: false })).toEqual([0, 2, 3, 5].map(at));
    await say(1);
    expect(await ids({ archived: true })).toEqual([at(4)]);
    expect(await ids({ archived: false })).toEqual([1, 0, 2, 3, 5].map(at));
  });

  it("tells those with unread messages, alone and with archived ones", async () => {
    const { archive, read, say, ids, at, ann } = await newInbox(6);
    for (const index of [0, 2, 4]) await read(index);
    await archive(3);
    await archive(4);
    const unread = true;
    expect(await ids({ unread })).toEqual([1, 3, 5].map(at));
    expect(await ids({ unread, archived: true })).toEqual([at(3)]);
    expect(await ids({ unread, archived: false })).toEqual([1, 5].map(at));
    expect(await ids({ unread: false })).toEqual(upTo(6).map((n) => at(n - 1)));
    await say(4);
    await say(1, ann);
    expect(await ids({ unread })).toEqual([4, 3, 5].map(at));
  });

  it("pages through each filter, and meets each conversation once", async () => {
    const { archive, pin, read, ids, ann } = await newInbox(17);
    for (const index of [2, 5, 6, 11]) await pin(index);
    for (const index of [1, 5, 7, 8, 16]) await archive(index);
    for (const index of [0, 5, 6, 9, 10]) await read(index);
    for (const filter of [
      ...[{}, { archived: true }, { archived: false }, { unread: true }],
      ...[
        { unread: true, archived: true },
        { unread: true, archived: false },
      ],
    ]) {
      const expected = await ids(filter);
      for (const limit of [1, 2, 3, 5, 20]) {
        expect(idsOf(await walk(store(), ann, { limit, ...filter }))).toEqual(expected);
      }
    }
    expect(await ids()).toHaveLength(17);
  });

  it("continues behind a pinned position, also when it is no longer pinned", async () => {
    const { ann, pin, ids, at } = await newInbox(5);
    for (const index of [1, 3]) await pin(index);
    const [first, second] = await store().conversations.inbox(ann, { limit: 2 });
    if (!first || !second) throw new Error("there are two");
    expect(await ids({ after: first })).toEqual([3, 0, 2, 4].map(at));
    expect(await ids({ after: second })).toEqual([0, 2, 4].map(at));
    await pin(1, false);
    expect(await ids({ after: second })).toEqual([0, 1, 2, 4].map(at));
    expect(await ids({ after: { ...first, pinned: false } })).toEqual([2, 4].map(at));
    const top = { pinned: true, last_activity_at: day(31), id: "" };
    expect(await ids({ after: top })).toEqual([3, 0, 1, 2, 4].map(at));
  });

  it("meets what nobody touches exactly once while others write, and no other twice", async () => {
    const { ann, bob, rooms, at, pin, say } = await newInbox(24);
    for (const index of [2, 5, 6, 11]) await pin(index);
    const touched = new Set([0, 5, 9, 11, 15, 20, 23].map(at));
    let turn = 0;
    const betweenPages = async () => {
      turn += 1;
      const index = [0, 5, 9, 11, 15, 20, 23][turn % 7] ?? 0;
      await say(index, turn % 2 === 0 ? ann : bob);
      await store().reads.mark({ user_id: ann, conversation_id: at(index) }, { unread_from: 1 });
    };
    const quiet = rooms.filter((id) => !touched.has(id));
    for (const filter of [{}, { unread: true }, { archived: false }]) {
      const seen = idsOf(await walk(store(), ann, { limit: 2, betweenPages, ...filter }));
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => !touched.has(id)).toSorted()).toEqual(quiet.toSorted());
    }
  });

  it("says the same of given conversations, and nothing of those the user is not in", async () => {
    const [{ ann, at, pin, read }, other] = [await newInbox(4), await newInbox(1)];
    await pin(2);
    await read(1);
    const inbox = await store().conversations.inbox(ann, { limit: 10 });
    const { itemsOf } = store().conversations;
    const sorted = (items: InboxItem[]) => items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const ids = [at(3), other.at(0), at(1), unique("nowhere"), at(2), at(0)];
    expect(sorted(await itemsOf(ann, ids))).toEqual(sorted(inbox));
    expect(await itemsOf(ann, [at(1)])).toEqual(inbox.filter(({ id }) => id === at(1)));
    expect(await itemsOf(ann, [])).toEqual([]);
    expect(await itemsOf(unique("nobody"), ids)).toEqual([]);
  });
}

/** What to read, how far to go at a time, and what to do between two pages. */
interface Walk extends InboxRange {
  betweenPages?: () => Promise<void>;
}

async function walk(
  { conversations }: ChatStore,
  user: string,
  { betweenPages, ...range }: Walk,
): Promise<InboxItem[]> {
  const seen: InboxItem[] = [];
  for (let after: InboxItem | undefined; ; after = seen.at(-1)) {
    const page = await conversations.inbox(user, { ...range, ...(after && { after }) });
    expect(page.length).toBeLessThanOrEqual(range.limit);
    if (page.length === 0) return seen;
    seen.push(...page);
    await betweenPages?.();
  }
}
