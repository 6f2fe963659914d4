import { expect, it, vi } from "vitest";
import { pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom } from "../../../tests/inbox-room.ts";

const users = Array.from({ length: 60 }, (_, n) => `user-${n}`);

it("costs a follower's process two calls a second and user however many messages there are, and ends right", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 1, users);
  const readers = await Promise.all(users.map((user) => test.follow(user)));
  await pass(2_000);
  const before = { ...test.calls };
  for (let n = 0; n < 300; n++) {
    await test.say("room", 1);
    await vi.advanceTimersByTimeAsync(10);
    if (n % 10 === 0) await pass(10, 10);
  }
  await pass(3_000);
  const seconds = 7;
  expect(test.calls.itemsOf - before.itemsOf).toBeLessThanOrEqual(seconds * users.length);
  expect(test.calls.totals - before.totals).toBeLessThanOrEqual(seconds * users.length);
  expect(test.calls).toMatchObject({ inbox: 0, get: 0, list: 0 });
  for (const reader of readers) {
    expect(reader.of("read").length).toBeLessThanOrEqual(seconds);
    expect(reader.last("read")).toMatchObject({ unread_count: 301 });
    expect(reader.last("unread")).toMatchObject({ messages: 301 });
  }
});

it("costs only totals for those who get all entries", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 1, users);
  await Promise.all(users.map((user) => test.follow(user, "all")));
  await pass(2_000);
  const before = { ...test.calls };
  for (let n = 0; n < 50; n++) await test.say("room", 2);
  await pass(3_000);
  const totals = test.calls.totals - before.totals;
  expect(totals).toBeGreaterThanOrEqual(users.length);
  expect(totals).toBeLessThanOrEqual(3 * users.length);
  expect({ ...test.calls, totals: 0 }).toEqual({ ...before, totals: 0 });
});

it("loses a reader who takes nothing while a thousand conversations change, and no other", async () => {
  await using test = new InboxRoom();
  const rooms = Array.from({ length: 1_100 }, (_, n) => `room-${n}`);
  for (const id of rooms) await test.begin(id, 1);
  const leaving = new AbortController();
  const slow = test.live.followUser({ user_id: "bob", inbox: true }, leaving.signal);
  await slow.next();
  await pass(50);
  const quick = await test.follow();
  await pass(200);
  for (let kind: string | undefined; kind !== "unread"; ) {
    const { value } = await slow.next();
    kind = value?.kind;
  }
  quick.clear();
  for (const id of rooms) await test.mark(id, 1);
  await pass(10_000);
  const states = quick.of("read").map(({ conversation_id }) => conversation_id);
  expect(new Set(states).size).toBe(rooms.length);
  expect(quick.last("unread")).toMatchObject({ conversations: 0 });
  expect(quick.error).toBeUndefined();
  await expect(slow.next()).rejects.toMatchObject({ code: "unavailable" });
}, 60_000);
