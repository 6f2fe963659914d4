import { expect, it, vi } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import { unreadFromMax } from "../src/limits.ts";
import { conversationStream } from "../src/stream.ts";
import { appendAll, send } from "./log.ts";
import { newMessage, newMessages, newUsers, upTo } from "./make.ts";
import { Room } from "./room.ts";
import { ann, bob, conversation_id, openRoom, stateOf } from "./sqlite-room.ts";
import { workOf } from "./sqlite-work.ts";

it("marks as unread from as far back as is allowed, and counts own messages exactly", async () => {
  await using opened = await openRoom();
  const { store } = opened;
  const count = unreadFromMax + 3;
  const authors = upTo(count).map((n) => (n % 7 === 0 ? "ann" : "bob"));
  for (let at = 0; at < count; at += 5_000) {
    const part = authors.slice(at, at + 5_000);
    await appendAll(
      store,
      part.map((user_id) => newMessage({ conversation_id, user_id })),
    );
  }
  await expect(store.reads.mark(ann, { unread_from: 3 })).rejects.toMatchObject({
    ...{ code: "invalid", field: "unread_from" },
  });
  for (const mark of [{ unread_from: 4 }, { read_seq: 4_321 }, { read_seq: 4_321 + 7 }]) {
    const { read_seq, unread_count } = await store.reads.mark(ann, mark);
    const others = authors.slice(read_seq).filter((user) => user !== "ann");
    expect(unread_count).toBe(others.length);
  }
});

it("counts deletions over many spans of positions as one by one", async () => {
  await using opened = await openRoom();
  const { store, say } = opened;
  const room = new Room(() => store, bob);
  await say(2_600);
  await store.reads.mark(ann, { read_seq: 2_600 });
  const deleted = upTo(2_600).filter((n) => n % 5 === 0 || (n > 1_020 && n < 1_030) || n > 2_590);
  await Promise.all(deleted.map((seq) => room.remove(seq)));
  const places = [1, 5, 6, 1_022, 1_023, 1_024, 1_025, 1_029, 2_047, 2_048, 2_049, 2_595, 2_600];
  const expected = (seq: number) => 2_600 - seq - deleted.filter((each) => each > seq).length;
  for (const seq of places) {
    const { unread_count } = await store.reads.mark(ann, { unread_from: seq + 1 });
    expect([seq, unread_count]).toEqual([seq, expected(seq)]);
    expect(await stateOf(store)).toMatchObject({ read_seq: seq, unread_count });
  }
});

it("counts own messages that are deleted after they were marked as unread", async () => {
  await using opened = await openRoom();
  const { store, say } = opened;
  for (const _ of upTo(4)) {
    await say(1);
    await say(1, "ann");
  }
  await store.reads.mark(ann, { unread_from: 1 });
  const room = new Room(() => store, bob);
  for (const seq of [2, 8, 1]) await room.remove(seq);
  expect(await stateOf(store)).toMatchObject({ unread_count: 3 });
  for (const [read_seq, unread_count] of [
    [1, 3],
    [2, 3],
    [3, 2],
    [7, 0],
    [11, 0],
  ] as const) {
    expect(await store.reads.mark(ann, { read_seq })).toMatchObject({ read_seq, unread_count });
  }
});

it("takes as little work for a mark, a send and a state in a large and long conversation as in a small one", async () => {
  // Nothing is settled meanwhile.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const works = [];
  for (const [members, messages] of [
    [2, 3],
    [1_000, 3_000],
  ] as const) {
    const store = openSqliteStore(":memory:");
    await store.conversations.create({
      id: conversation_id,
      user_ids: ["ann", "bob", ...newUsers(members - 2)],
    });
    await appendAll(store, newMessages(messages, { conversation_id, user_id: "bob" }));
    await store.log.heads([conversationStream(conversation_id)]);
    // If a checkpoint is due, this write makes it.
    await store.renewEpoch();
    works.push({
      mark: await workOf(() => store.reads.mark(ann, { read_seq: 1 })),
      set: await workOf(() => store.members.update(ann, { archived: true })),
      state: await workOf(() => store.conversations.itemsOf("ann", [conversation_id])),
      page: await workOf(() => store.reads.list(conversation_id, { limit: 2 })),
      send: await workOf(() => send(store, newMessage({ conversation_id, user_id: "bob" }))),
    });
    await store.close();
  }
  vi.useRealTimers();
  expect(works[1]).toEqual(works[0]);
});

it("counts mentions over many spans of positions as one by one, without one's own and deleted ones", async () => {
  await using opened = await openRoom();
  const { store } = opened;
  const room = new Room(() => store, bob);
  const count = 2_600;
  const kinds = ["everyone", ["ann"], ["bob", "cy"], ["cy", "ann"], undefined] as const;
  const said = upTo(count).map((n) => {
    const mentions = kinds[n % 7];
    const user_id = n % 3 === 0 ? "ann" : "bob";
    const isAnn = user_id === "ann" || mentions === undefined || n % 7 === 2;
    return { user_id, mentions, counts: !isAnn, isDeleted: n % 11 === 0 };
  });
  await Promise.all(
    said.map(({ user_id, mentions }) => {
      const some =
        mentions === undefined
          ? {}
          : { mentions: mentions === "everyone" ? mentions : [...mentions] };
      return room.say({ user_id, ...some });
    }),
  );
  await Promise.all(
    said.map(({ isDeleted }, index) => (isDeleted ? room.remove(index + 1) : undefined)),
  );
  for (const seq of [0, 1, 7, 500, 1_022, 1_023, 1_024, 1_025, 2_047, 2_048, 2_599, 2_600]) {
    const { mention_count } = await store.reads.mark(ann, { unread_from: seq + 1 });
    const expected = said.slice(seq).filter(({ counts, isDeleted }) => counts && !isDeleted);
    expect([seq, mention_count]).toEqual([seq, expected.length]);
  }
});
