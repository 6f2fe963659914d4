import { type ChatStore, StoreError } from "@chatnest/db";
import { expect, it } from "vitest";
import { InboxReader, pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom, stateOf, totalsOf } from "../../../tests/inbox-room.ts";
import { untilExpiry } from "../until-expiry.ts";

it("ends with unavailable when the process shuts down, and nothing is read after that", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 2);
  const reader = await test.follow();
  await test.mark("room", 1);
  test.live.close();
  const before = { ...test.calls };
  await pass(12_000, 500);
  expect(reader.error).toMatchObject({ code: "unavailable" });
  expect(test.calls).toEqual(before);
});

it("ends when the token expires, and nothing is read for the user after that", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 2);
  const caller = { kind: "user", user_id: "bob", expiresAt: Date.now() + 1_000 } as const;
  const signal = untilExpiry(new AbortController().signal, caller);
  const reader = new InboxReader(test.live, { user_id: "bob" }, signal);
  await pass(40_000, 500);
  expect(reader.error).toMatchObject({ code: "unauthorized" });
  const before = { ...test.calls };
  await test.mark("room", 1);
  await pass(6_000, 500);
  expect(test.calls).toEqual(before);
});

it("tells the last state once a store that was away answers", async () => {
  let isAway = false;
  await using test = new InboxRoom((store: ChatStore) => ({
    ...store,
    reads: {
      ...store.reads,
      totals: (id) =>
        isAway ? Promise.reject(new StoreError("unavailable", "away")) : store.reads.totals(id),
    },
  }));
  await test.begin("room", 3);
  const reader = await test.follow();
  isAway = true;
  await test.mark("room", 1);
  await pass(3_000);
  await test.mark("room", 2);
  await pass(3_000);
  expect(reader.of("unread")).toEqual([totalsOf(1, 3)]);
  const asked = test.calls.totals;
  isAway = false;
  await pass(1_500);
  expect(reader.last("read")).toEqual(stateOf("room", 2, 1));
  expect(reader.last("unread")).toEqual(totalsOf(1, 1));
  // Once a second, not more often.
  expect(asked).toBeLessThanOrEqual(8);
});
