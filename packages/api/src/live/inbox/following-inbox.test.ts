import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { InboxReader, pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom, stateOf, totalsOf } from "../../../tests/inbox-room.ts";
import { readWatermark } from "../user/watermark.ts";

const member = { conversation_id: "room", user_id: "bob" };

describe("a follower of a user that asks for the inbox", () => {
  it("first gets heads with what is new, then the totals", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3);
    await test.begin("read", 2);
    await test.mark("read", 2);
    const { news } = await test.follow();
    expect(news).toMatchObject([
      { kind: "heads", complete: true, watermark: expect.any(String) },
      totalsOf(1, 3),
    ]);
    const [first] = news;
    const heads = first?.kind === "heads" ? first.heads : [];
    expect(heads.toSorted((a, b) => (a.conversation_id < b.conversation_id ? -1 : 1))).toEqual([
      { conversation_id: "read", last_seq: 2, read_seq: 2, unread_count: 0, mention_count: 0 },
      { conversation_id: "room", last_seq: 3, read_seq: 0, unread_count: 3, mention_count: 0 },
    ]);
  });

  it("gets the settings with a head only where there are some", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 1);
    await test.store.members.update(member, { pinned: true });
    await test.store.reads.mark(member, { unread_from: 1 });
    const reader = await test.follow();
    expect(reader.of("heads")[0]?.heads).toEqual([
      {
        conversation_id: "room",
        last_seq: 1,
        read_seq: 0,
        revision: 1,
        unread_count: 1,
        mention_count: 0,
        pinned: true,
      },
    ]);
  });

  it("reads the heads of many conversations in chunks", async () => {
    await using test = new InboxRoom();
    for (let n = 0; n < 1_100; n++) {
      await test.store.conversations.create({ id: `room-${n}`, user_ids: ["bob"] });
    }
    const reader = await test.follow();
    await pass(200);
    expect(reader.of("heads").map(({ heads }) => heads.length)).toEqual([500, 500, 100]);
    for (const { heads } of reader.of("heads")) {
      for (const head of heads) expect(head.unread_count).toBe(0);
    }
    expect(test.calls).toMatchObject({ itemsOf: 3, totals: 1, inbox: 0 });
  });

  it("gets a mark of another device with the new totals", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3);
    const reader = await test.follow();
    await pass(1_000);
    reader.clear();
    await test.mark("room", 2);
    await pass(100);
    const settings = { muted_until: null, pinned: false, archived: false };
    expect(reader.news).toEqual([
      stateOf("room", 2, 1),
      { kind: "settings", conversation_id: "room", user_id: "bob", ...settings },
      totalsOf(1, 1),
    ]);
  });

  it("gets the last state and few others of a thousand marks", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 1_000);
    const reader = await test.follow();
    reader.clear();
    for (let seq = 1; seq <= 1_000; seq++) {
      await test.mark("room", seq);
      if (seq % 2 === 0) await vi.advanceTimersByTimeAsync(5);
    }
    await pass(2_000);
    const told = reader.of("read").length;
    expect(told).toBeGreaterThan(1);
    expect(told).toBeLessThanOrEqual(4);
    expect(reader.of("unread").length).toBeLessThanOrEqual(4);
    expect(reader.last("read")).toEqual(stateOf("room", 1_000, 0));
    expect(reader.last("unread")).toEqual(totalsOf(0, 0));
  });

  it("shares the reads with other followers of the same user, and both are told", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3);
    const readers = [await test.follow(), await test.follow(), await test.follow()];
    await pass(1_000);
    const before = { ...test.calls };
    await test.mark("room", 3);
    await pass(3_000);
    for (const reader of readers) expect(reader.last("read")).toEqual(stateOf("room", 3, 0));
    expect(test.calls).toEqual({
      ...before,
      itemsOf: before.itemsOf + 1,
      totals: before.totals + 1,
    });
  });

  it("gets what new messages, deletions and own messages change", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 1);
    const reader = await test.follow();
    await test.say("room", 2);
    await pass(2_000);
    expect(reader.last("read")).toEqual(stateOf("room", 0, 3));
    expect(reader.last("unread")).toEqual(totalsOf(1, 3));
    await test.store.log.append({
      kind: "deletion",
      id: randomUUID(),
      user_id: "ann",
      conversation_id: "room",
      target_seq: 2,
    });
    await pass(2_000);
    expect(reader.last("read")).toEqual(stateOf("room", 0, 2));
    await test.say("room", 1, "bob");
    await pass(2_000);
    expect(reader.last("read")).toEqual(stateOf("room", 5, 0));
    expect(reader.last("unread")).toEqual(totalsOf(0, 0));
    expect(reader.of("settings")).toHaveLength(1);
  });

  it("is not told again what is the same, and nothing is read for reactions", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 2);
    const reader = await test.follow();
    await test.mark("room", 1);
    await pass(2_000);
    reader.clear();
    const before = { ...test.calls };
    const change = { id: randomUUID(), user_id: "ann", conversation_id: "room", target_seq: 1 };
    await test.store.log.append({ kind: "reaction", key: "like", added: true, ...change });
    await pass(2_000);
    expect(reader.news.map(({ kind }) => kind)).toEqual(["entries"]);
    expect(test.calls).toEqual(before);
    await test.mark("room", 1);
    await test.mark("room", 0);
    await pass(2_000);
    expect(reader.news).toHaveLength(1);
  });

  it("gets only totals for messages where it gets all entries, and marks as before", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 1);
    const reader = await test.follow("bob", "all");
    await test.say("room", 2);
    await pass(2_000);
    expect(reader.of("read")).toEqual([]);
    expect(reader.last("unread")).toEqual(totalsOf(1, 3));
    await test.mark("room", 2);
    await pass(2_000);
    expect(reader.of("read")).toEqual([stateOf("room", 2, 1)]);
  });

  it("gets the current state after a reconnect, of quiet conversations too", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3);
    await test.begin("pinned", 1);
    vi.setSystemTime(Date.now() + 3_600_000);
    const first = await test.follow();
    const [heads] = first.of("heads");
    const since = heads?.complete ? heads.watermark : "";
    first.stop();
    vi.setSystemTime(Date.now() + 600_000);
    await test.mark("room", 2);
    await test.store.members.update(
      { conversation_id: "pinned", user_id: "bob" },
      { pinned: true },
    );
    const place = readWatermark(since);
    const second = new InboxReader(test.live, { user_id: "bob", ...(place && { since: place }) });
    await pass(50);
    const told = second.of("heads").flatMap((event) => event.heads);
    expect(told.find(({ conversation_id }) => conversation_id === "room")).toMatchObject({
      read_seq: 2,
      unread_count: 1,
    });
    expect(told.find(({ conversation_id }) => conversation_id === "pinned")).toMatchObject({
      pinned: true,
    });
    expect(second.of("unread")).toEqual([totalsOf(2, 2)]);
  });
});

describe("a follower of a user that does not ask for the inbox", () => {
  it("is told nothing of it, and nothing is read for it", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 2);
    const reader = new InboxReader(test.live, { user_id: "bob", inbox: false });
    await pass(50);
    await test.say("room", 5);
    await test.mark("room", 3);
    await test.mark("room", 1, "ann");
    await test.store.members.update(member, { pinned: true });
    await test.store.conversations.update("room", { title: "Tea" });
    await pass(6_000);
    expect(new Set(reader.news.map(({ kind }) => kind))).toEqual(new Set(["heads", "entries"]));
    expect(reader.of("heads")[0]?.heads).toEqual([{ conversation_id: "room", last_seq: 2 }]);
    expect(test.calls).toEqual({ itemsOf: 0, totals: 0, inbox: 0, list: 0, get: 0 });
  });
});
