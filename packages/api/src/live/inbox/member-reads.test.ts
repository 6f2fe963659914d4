import { describe, expect, it, vi } from "vitest";
import type { InboxReader } from "../../../tests/inbox-reader.ts";
import { pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom } from "../../../tests/inbox-room.ts";

const readsOf = (reader: InboxReader, user: string) =>
  reader.of("read").filter(({ user_id }) => user_id === user);

describe("how far another member has read", () => {
  it("is told to the others, with the position alone", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3, ["bob", "cyd"]);
    const [ann, bob] = [await test.follow("ann"), await test.follow("bob")];
    await test.mark("room", 2, "cyd");
    await pass(100);
    const told = { kind: "read", conversation_id: "room", user_id: "cyd", read_seq: 2 };
    for (const reader of [ann, bob]) expect(readsOf(reader, "cyd")).toEqual([told]);
  });

  it("is told at most once a second a member, the last position always", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 1_000);
    const reader = await test.follow("ann");
    const before = test.calls.list;
    for (let seq = 1; seq <= 1_000; seq++) {
      await test.mark("room", seq);
      if (seq % 2 === 0) await vi.advanceTimersByTimeAsync(5);
    }
    await pass(2_000);
    const told = readsOf(reader, "bob");
    expect(told.length).toBeLessThanOrEqual(4);
    expect(told.at(-1)).toMatchObject({ read_seq: 1_000 });
    expect(test.calls.list - before).toBeLessThanOrEqual(4);
  });

  it("is not told of settings, which are nobody else's business", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3);
    const reader = await test.follow("ann");
    await test.mark("room", 2);
    await pass(2_000);
    reader.clear();
    await test.store.members.update({ conversation_id: "room", user_id: "bob" }, { pinned: true });
    await pass(2_000);
    expect(reader.news).toEqual([]);
  });

  it("is told in a conversation of 100 members, and not in one of 101", async () => {
    await using test = new InboxRoom();
    const others = Array.from({ length: 98 }, (_, n) => `user-${n}`);
    await test.begin("small", 2, ["bob", ...others]);
    await test.begin("large", 2, ["bob", ...others, "one-more"]);
    const reader = await test.follow("ann");
    for (const room of ["small", "large"]) await test.mark(room, 1);
    await pass(2_000);
    expect(readsOf(reader, "bob").map(({ conversation_id }) => conversation_id)).toEqual(["small"]);
    const before = { ...test.calls };
    await test.mark("large", 2);
    await pass(2_000);
    expect(test.calls).toEqual(before);
  });

  it("is told of quiet conversations, and never to who has left", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3, ["bob", "cyd"]);
    vi.setSystemTime(Date.now() + 3_600_000);
    const [ann, bob] = [await test.follow("ann"), await test.follow("bob")];
    await test.store.members.leave({ conversation_id: "room", user_id: "bob" });
    await test.mark("room", 2, "cyd");
    await pass(2_000);
    expect(readsOf(ann, "cyd")).toHaveLength(1);
    expect(readsOf(bob, "cyd")).toEqual([]);
  });

  it("costs nothing where nobody else is connected", async () => {
    await using test = new InboxRoom();
    await test.begin("room", 3);
    await test.begin("other", 3, ["cyd"]);
    await test.follow("bob");
    await pass(2_000);
    for (const [room, user] of [
      ["room", "bob"],
      ["other", "cyd"],
    ] as const) {
      await test.mark(room, 2, user);
    }
    await pass(2_000);
    expect(test.calls.list).toBe(0);
  });
});
