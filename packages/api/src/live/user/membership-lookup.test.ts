import { setTimeout as delay } from "node:timers/promises";
import { openSqliteStore } from "@chatnest/db";
import { expect, it } from "vitest";
import { createMembershipLookup } from "./membership-lookup.ts";
import { UserFeed } from "./user-feed.ts";

it("answers what was asked by now, though others go on asking without an end", async () => {
  const store = openSqliteStore(":memory:");
  const { conversations, members } = store;
  const slow: typeof members = {
    ...members,
    async among(query) {
      await delay(10);
      return members.among(query);
    },
  };
  const feed = new UserFeed("ann");
  feed.begin();
  await conversations.create({ id: "room", user_ids: ["ann"] });
  const answered: string[] = [];
  const lookup = createMembershipLookup(
    { ...store, members: slow },
    {
      feedsOf: new Map([["ann", new Set([feed])]]),
      onAnswer:
        async ({ head }) =>
        () =>
          void answered.push(head.conversation_id),
    },
  );
  let count = 0;
  const timer = setInterval(() => lookup.ask(`other-${count++}`), 2);
  try {
    await delay(50);
    for (let round = 1; round <= 3; round++) {
      lookup.ask("room");
      const isLate = await Promise.race([lookup.settled(), delay(5_000, "late")]);
      expect(isLate).toBeUndefined();
      expect(answered).toHaveLength(round);
    }
  } finally {
    clearInterval(timer);
    lookup.forget();
    await lookup.settled();
    await store.close();
  }
});
