import { expect, it } from "vitest";
import type { InboxPosition } from "../../src/ports/conversations.ts";
import type { ChatStore } from "../../src/store.ts";
import { appendAll, appendInTurn, idsOf, send } from "../log.ts";
import { newMessage, newMessages, newUsers, unique } from "../make.ts";

const day = (n: number) => `2004-12-${String(n).padStart(2, "0")}T09:14:00.000Z`;

/** The inbox: a user's conversations, most recently active first. */
export function inboxContract(store: () => ChatStore): void {
  it("is empty for a user without conversations", async () => {
    expect(await store().conversations.inbox(unique("nobody"), { limit: 10 })).toEqual([]);
  });

  it("lists the most recently active first, with when that was", async () => {
    const ann = unique("ann");
    const rooms = newUsers(3, unique("room"));
    const [a, b, c] = [rooms[0] ?? "", rooms[1] ?? "", rooms[2] ?? ""];
    await importInto(store(), ann, [
      [a, day(2)],
      [b, day(3)],
      [c, day(1)],
    ]);
    expect(await store().conversations.inbox(ann, { limit: 10 })).toMatchObject([
      { id: b, last_activity_at: day(3) },
      { id: a, last_activity_at: day(2) },
      { id: c, last_activity_at: day(1) },
    ]);
  });

  it("lists conversations of equal activity by id", async () => {
    const ann = unique("ann");
    const room = unique("room");
    const ids = ["b", "a", "B", "aa", "a-", "10", "9", "_", "A"].map((end) => `${room}.${end}`);
    await importInto(
      store(),
      ann,
      ids.map((id) => [id, day(1)]),
    );
    expect(idsOf(await store().conversations.inbox(ann, { limit: 20 }))).toEqual(ids.toSorted());
  });

  it("pages through conversations of equal activity and meets each exactly once", async () => {
    const ann = unique("ann");
    const early = newUsers(11, unique("early"));
    const late = newUsers(11, unique("late"));
    await importInto(store(), ann, [
      ...early.map((id) => [id, day(1)] as const),
      ...late.map((id) => [id, day(2)] as const),
    ]);
    const expected = [...late.toSorted(), ...early.toSorted()];
    for (const limit of [1, 2, 5, 11, 22, 100]) {
      expect(idsOf(await walk(store(), ann, { limit }))).toEqual(expected);
    }
  });

  it("meets quiet conversations exactly once and active ones at most once", async () => {
    const ann = unique("ann");
    const rooms = newUsers(40, unique("room"));
    for (const id of rooms) await store().conversations.create({ id, user_ids: [ann] });
    const quiet = rooms.filter((_, index) => index % 3 !== 0);
    const active = rooms.filter((_, index) => index % 3 === 0);
    const betweenPages = async () => {
      const sent = active.map((id) => newMessage({ conversation_id: id, user_id: ann }));
      await appendAll(store(), sent);
    };
    const seen = idsOf(await walk(store(), ann, { limit: 4, betweenPages }));
    expect(new Set(seen).size).toBe(seen.length);
    expect(quiet.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it("continues behind a position whose conversation has moved or gone", async () => {
    const ann = unique("ann");
    const rooms = newUsers(6, unique("room"));
    await importInto(
      store(),
      ann,
      rooms.map((id, index) => [id, day(20 - index)]),
    );
    const page = await store().conversations.inbox(ann, { limit: 3 });
    const last = page.at(-1);
    if (last === undefined) throw new Error("the page is empty");
    await send(store(), newMessage({ conversation_id: last.id, user_id: ann }));
    const after = { after: last, limit: 10 };
    expect(idsOf(await store().conversations.inbox(ann, after))).toEqual(rooms.slice(3));
    await store().members.leave({ conversation_id: last.id, user_id: ann });
    expect(idsOf(await store().conversations.inbox(ann, after))).toEqual(rooms.slice(3));
  });

  it("starts behind any position, whether a conversation stands there or not", async () => {
    const ann = unique("ann");
    const id = unique("room");
    await importInto(store(), ann, [[id, day(10)]]);
    const from = async (after: Omit<InboxPosition, "pinned">) => {
      const position = { pinned: false, ...after };
      return idsOf(await store().conversations.inbox(ann, { after: position, limit: 10 }));
    };
    expect(await from({ last_activity_at: day(11), id: "zzz" })).toEqual([id]);
    expect(await from({ last_activity_at: day(10), id: "" })).toEqual([id]);
    expect(await from({ last_activity_at: day(10), id })).toEqual([]);
    expect(await from({ last_activity_at: day(10), id: "zzz" })).toEqual([]);
    expect(await from({ last_activity_at: day(9), id: "" })).toEqual([]);
  });

  it("brings a conversation to the top by a message", async () => {
    const ann = unique("ann");
    const rooms = newUsers(5, unique("room"));
    for (const id of rooms) {
      await store().conversations.create({ id, user_ids: [ann, "bob"] });
    }
    // A timestamp above all of theirs, so that it does not depend on the clock's milliseconds.
    const timestamp = "2999-01-01T00:00:00.000Z";
    const id = rooms[2] ?? "";
    await send(store(), newMessage({ conversation_id: id, user_id: "bob", timestamp }));
    const [top] = await store().conversations.inbox(ann, { limit: 1 });
    expect(top).toMatchObject({ id, last_activity_at: timestamp });
    expect(await walk(store(), ann, { limit: 2 })).toHaveLength(5);
  });

  it("stands where the newest message by position says, also when imports run backwards", async () => {
    const ann = unique("ann");
    const [backwards, other] = [unique("room"), unique("room")];
    await importInto(store(), ann, [[other, day(5)]]);
    const times = [day(9), day(7), day(2)];
    await appendInTurn(
      store(),
      times.map((timestamp) => newMessage({ conversation_id: backwards, user_id: ann, timestamp })),
    );
    await expectActivity(store(), ann, [
      { id: other, last_activity_at: day(5) },
      { id: backwards, last_activity_at: day(2) },
    ]);
  });

  it("stands where the newest message says when a group of imports runs backwards", async () => {
    const ann = unique("ann");
    const conversation_id = unique("room");
    await appendAll(
      store(),
      [day(9), day(3), day(7), day(4)].map((timestamp) =>
        newMessage({ conversation_id, user_id: ann, timestamp }),
      ),
    );
    await expectActivity(store(), ann, [{ id: conversation_id, last_activity_at: day(4) }]);
  });

  it("stands where its creation says while nothing is said, then where the import says", async () => {
    const ann = unique("ann");
    const id = unique("room");
    await store().conversations.create({ id, user_ids: [ann] });
    const [conversation] = await store().conversations.get([id], 0);
    await expectActivity(store(), ann, [{ id, last_activity_at: conversation?.created_at ?? "" }]);
    await importInto(store(), ann, [[id, day(1)]]);
    await expectActivity(store(), ann, [{ id, last_activity_at: day(1) }]);
    const [imported] = await store().conversations.get([id], 0);
    expect(imported?.created_at).toBe(conversation?.created_at);
  });

  it("agrees with the newest message after many sends at once", async () => {
    const ann = unique("ann");
    const rooms = newUsers(10, unique("room"));
    await appendAll(
      store(),
      rooms.flatMap((id) => newMessages(20, { conversation_id: id, user_id: ann })),
    );
    for (const { id, last_activity_at } of await walk(store(), ann, { limit: 3 })) {
      const newest = await store().messages.get(`c:${id}`, 20);
      expect(last_activity_at).toBe(newest?.timestamp);
    }
  });

  it("shows a conversation to members only, from when they join until they leave", async () => {
    const [ann, bob] = [unique("ann"), unique("bob")];
    const id = unique("room");
    const inboxOf = async (user: string) =>
      idsOf(await store().conversations.inbox(user, { limit: 10 }));
    await store().conversations.create({ id, user_ids: [ann] });
    expect([await inboxOf(ann), await inboxOf(bob)]).toEqual([[id], []]);
    await store().members.join({ conversation_id: id, user_id: bob });
    expect([await inboxOf(ann), await inboxOf(bob)]).toEqual([[id], [id]]);
    await store().members.leave({ conversation_id: id, user_id: ann });
    expect([await inboxOf(ann), await inboxOf(bob)]).toEqual([[], [id]]);
    await send(store(), newMessage({ conversation_id: id, user_id: bob }));
    expect([await inboxOf(ann), await inboxOf(bob)]).toEqual([[], [id]]);
    await send(store(), newMessage({ conversation_id: id, user_id: ann }));
    expect([await inboxOf(ann), await inboxOf(bob)]).toEqual([[id], [id]]);
  });
}

async function importInto(
  store: ChatStore,
  user_id: string,
  entries: readonly (readonly [id: string, timestamp: string])[],
): Promise<void> {
  await appendAll(
    store,
    entries.map(([conversation_id, timestamp]) =>
      newMessage({ conversation_id, user_id, timestamp }),
    ),
  );
}

/** Checks that the inbox and the conversations themselves say the same. */
async function expectActivity(
  store: ChatStore,
  user: string,
  expected: Omit<InboxPosition, "pinned">[],
): Promise<void> {
  expect(await store.conversations.inbox(user, { limit: 100 })).toMatchObject(expected);
  expect(await store.conversations.get(idsOf(expected), 0)).toMatchObject(expected);
}

/** How far to go at a time, and what to do between two pages. */
interface Walk {
  limit: number;
  betweenPages?: () => Promise<void>;
}

async function walk(
  store: ChatStore,
  user: string,
  { limit, betweenPages }: Walk,
): Promise<InboxPosition[]> {
  const seen: InboxPosition[] = [];
  for (;;) {
    const after = seen.at(-1);
    const page = await store.conversations.inbox(user, after ? { after, limit } : { limit });
    expect(page.length).toBeLessThanOrEqual(limit);
    if (page.length === 0) return seen;
    if (after) expect(idsOf(page)).not.toContain(after.id);
    seen.push(...page);
    await betweenPages?.();
  }
}
