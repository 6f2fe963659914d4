import { expect, it } from "vitest";
import { pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom, stateOf } from "../../../tests/inbox-room.ts";

it("gets the entries of a conversation before what is new in it, and only the last state of many", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 1);
  const leaving = new AbortController();
  const slow = test.live.followUser({ user_id: "bob", inbox: true }, leaving.signal);
  for (let kind: string | undefined; kind !== "unread"; ) {
    const next = slow.next();
    await pass(50);
    kind = (await next).value?.kind;
  }
  const other = await test.follow();
  await pass(1_000);
  // The slow reader takes nothing meanwhile, and the other leads to the reads.
  for (let seq = 2; seq <= 6; seq++) {
    await test.say("room");
    await test.mark("room", seq - 1);
    await pass(1_500);
  }
  expect(other.of("read").length).toBeGreaterThan(3);
  const told: unknown[] = [];
  for (let count = 0; count < 3; count++) told.push((await slow.next()).value);
  expect(told).toMatchObject([
    { kind: "entries", entries: [2, 3, 4, 5, 6].map((seq) => ({ seq })) },
    stateOf("room", 5, 1),
    { kind: "settings" },
  ]);
  leaving.abort();
});
