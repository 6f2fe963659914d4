import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { idsOf, openInboxes } from "../tests/inboxes.ts";

const { store, api, talk, walk, collect } = openInboxes();
afterAll(() => store.close());

describe("an inbox", () => {
  it("read in pages is complete, most recent first and ties by id", async () => {
    // Few different times for many conversations, so that most of them tie.
    const times = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 10 }), async (days, limit) => {
        const user_id = randomUUID();
        const rooms = await talk(user_id, days);
        const pages = await walk({ user_id, limit, messages: 0 });
        const expected = rooms.sort((a, b) => b.day - a.day || (a.id < b.id ? -1 : 1));
        expect(idsOf(pages.flat())).toEqual(expected.map(({ id }) => id));
        expect(idsOf(await collect(user_id, 0))).toEqual(idsOf(pages.flat()));
        // Every page but the last is full, and the last is not empty.
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
        expect(pages.at(-1)?.length).toBeGreaterThan(rooms.length > 0 ? 0 : -1);
      }),
      { numRuns: 60 },
    );
  });

  it("is empty for a user without conversations", async () => {
    const user_id = randomUUID();
    expect(await api.conversations.page({ user_id })).toEqual({ conversations: [], next: null });
    expect(await collect(user_id)).toEqual([]);
  });

  it("shows an inactive conversation exactly once and an active one at most once, during sends", async () => {
    const user_id = randomUUID();
    const rooms = await talk(
      user_id,
      Array.from({ length: 12 }, () => 0),
    );
    const ids = rooms.map(({ id }) => id).sort();
    const active = [ids[1], ids[10]].filter((id) => id !== undefined);
    const speak = () =>
      Promise.all(
        active.map((conversation_id) =>
          api.messages.send({ user_id: "bob", content: "new", conversation_id }),
        ),
      );
    const seen = idsOf((await walk({ user_id, limit: 5, betweenPages: speak })).flat());
    expect(new Set(seen).size).toBe(seen.length);
    const quiet = ids.filter((id) => !active.includes(id));
    expect(seen.filter((id) => !active.includes(id))).toEqual(quiet);
  });

  it("includes the newest messages of each conversation, 50 by default", async () => {
    const user_id = randomUUID();
    const [room] = await talk(user_id, [0]);
    const conversation_id = room?.id ?? "";
    await Promise.all(
      Array.from({ length: 60 }, () =>
        api.messages.send({ user_id, content: "hi", conversation_id }),
      ),
    );
    const carried = async (messages?: number) => {
      const input = { user_id, limit: 2, ...(messages !== undefined && { messages }) };
      const { conversations } = await api.conversations.page(input);
      expect(await collect(user_id, messages)).toEqual(conversations);
      return conversations[0]?.messages.map(({ seq }) => seq);
    };
    expect(await carried(0)).toEqual([]);
    expect(await carried(2)).toEqual([60, 61]);
    expect((await carried())?.[0]).toBe(12);
    expect(await carried(1_000)).toHaveLength(61);
  });

  it.each([0, 1, 50, 1_000])(
    "streamed with %d messages each keeps its order over all chunks",
    async (messages) => {
      const user_id = randomUUID();
      const rooms = await talk(
        user_id,
        Array.from({ length: 101 }, (_, index) => index),
      );
      expect(idsOf(await collect(user_id, messages))).toEqual(rooms.map(({ id }) => id).reverse());
    },
  );

  it("streamed shows each conversation exactly once, also those that move meanwhile", async () => {
    const user_id = randomUUID();
    const rooms = await talk(
      user_id,
      Array.from({ length: 2_300 }, (_, index) => index),
    );
    const ids = idsOf(rooms).toReversed();
    const seen: string[] = [];
    const say = (id: string | undefined) =>
      api.messages.send({ user_id, content: "new", conversation_id: id ?? "" });
    const sayLongAgo = async (id: string | undefined, days: number) => {
      const timestamp = new Date(Date.UTC(2020, 0, 1 + days)).toISOString();
      const message = { id: randomUUID(), user_id, content: "old", conversation_id: id ?? "" };
      await api.messages.import({ messages: [{ ...message, timestamp }] });
    };
    for await (const { id } of await api.conversations.all({ user_id, messages: 1 })) {
      seen.push(id);
      // Some that are to come, and one that was shown, go to the front; others go back.
      if (seen.length === 10) for (const at of [5, 1_100, 1_500, 2_299]) await say(ids[at]);
      if (seen.length === 20) for (const at of [3, 1_200]) await sayLongAgo(ids[at], 0);
      if (seen.length === 1_150) for (const at of [2_000, 2_100]) await say(ids[at]);
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    const moved = [1_100, 1_200, 1_500, 2_000, 2_100, 2_299].map((at) => ids[at] ?? "");
    const isUnmoved = (id: string) => !moved.includes(id);
    expect(seen.filter(isUnmoved)).toEqual(ids.filter(isUnmoved));
  });

  it("does not show a conversation that the user has left", async () => {
    const user_id = randomUUID();
    const [left, kept] = await talk(user_id, [0, 1]);
    await api.conversations.removeMember({ conversation_id: left?.id ?? "", user_id });
    expect(idsOf(await collect(user_id))).toEqual([kept?.id]);
  });

  it.each([
    [{ limit: 1_000, messages: 10 }, true],
    [{ limit: 10, messages: 1_000 }, true],
    [{ limit: 1_000, messages: 11 }, false],
    [{ limit: 201 }, false],
    [{ limit: 0 }, false],
    [{ limit: 1_001, messages: 0 }, false],
  ])("takes a page of %o: %s", async (range, isTaken) => {
    const call = api.conversations.page({ user_id: randomUUID(), ...range });
    const refusal = { cause: { code: "validation_failed", issues: [{ path: "limit" }] } };
    if (isTaken) expect(await call).toEqual({ conversations: [], next: null });
    else await expect(call).rejects.toMatchObject(refusal);
  });
});
