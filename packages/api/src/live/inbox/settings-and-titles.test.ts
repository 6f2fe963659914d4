import { describe, expect, it, vi } from "vitest";
import { pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom, stateOf, totalsOf } from "../../../tests/inbox-room.ts";

const member = { conversation_id: "room", user_id: "bob" };

describe("a follower of a user that asks for the inbox", () => {
  it("gets settings, and that an archived conversation returns with a message", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 1);
    const reader = await test.follow();
    await test.store.members.update(member, { archived: true });
    await pass(2_000);
    const settings = { conversation_id: "room", user_id: "bob", muted_until: null, pinned: false };
    expect(reader.of("settings")).toEqual([{ kind: "settings", ...settings, archived: true }]);
    expect(reader.last("unread")).toEqual(totalsOf(0, 0));
    vi.setSystemTime(Date.now() + 1);
    await test.say("room");
    await pass(2_000);
    expect(reader.last("settings")).toEqual({ kind: "settings", ...settings, archived: false });
    expect(reader.last("unread")).toEqual(totalsOf(1, 2));
  });

  it("gets the totals when a muting ends", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 2);
    const muted_until = new Date(Date.now() + 60_000).toISOString();
    await test.store.members.update(member, { muted_until });
    const reader = await test.follow();
    expect(reader.of("unread")).toEqual([totalsOf(0, 0)]);
    await pass(50_000, 1_000);
    expect(reader.of("unread")).toHaveLength(1);
    await pass(17_000, 1_000);
    expect(reader.of("unread")).toEqual([totalsOf(0, 0), totalsOf(1, 2)]);
  });

  it("is told of a conversation that it joins, and of nothing in it once it has left", async () => {
    await using test = new InboxRoom();
    await test.store.conversations.create({ id: "room", user_ids: ["ann"] });
    await test.say("room", 2);
    const reader = await test.follow();
    await test.store.members.join(member);
    await pass(2_000);
    const of = () => reader.news.filter((news) => news.kind === "joined" || news.kind === "read");
    expect(of()).toEqual([
      { kind: "joined", conversation_id: "room", last_seq: 2 },
      stateOf("room", 2, 0),
    ]);
    await test.say("room");
    await test.mark("room", 3);
    await test.store.members.leave(member);
    await test.store.conversations.update("room", { title: "Tea" });
    await pass(3_000);
    const left = reader.news.findIndex(({ kind }) => kind === "left");
    expect(left).toBeGreaterThan(0);
    const after = reader.news.slice(left + 1).map(({ kind }) => kind);
    expect(after.filter((kind) => kind !== "unread")).toEqual([]);
    reader.clear();
    await test.store.members.join(member);
    await pass(3_000);
    expect(reader.of("read")).toEqual([stateOf("room", 3, 0)]);
  });

  it("is told the title and the metadata of a conversation, and others are not", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 1);
    await test.store.conversations.create({ id: "other", user_ids: ["ann"] });
    const reader = await test.follow();
    await test.store.conversations.update("room", { title: "Tea" });
    await test.store.conversations.update("room", { metadata: { color: "green" } });
    await test.store.conversations.update("other", { title: "Coffee" });
    await pass(2_000);
    const room = { kind: "conversation", conversation_id: "room" };
    expect(reader.of("conversation")).toEqual([
      { ...room, title: "Tea", metadata: { color: "green" } },
    ]);
    await test.store.conversations.update("room", { title: null, metadata: null });
    await pass(2_000);
    expect(reader.last("conversation")).toEqual({ ...room, title: null, metadata: null });
  });
});
