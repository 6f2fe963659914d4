import { setTimeout as delay } from "node:timers/promises";
import {
  type ChatStore,
  type MemberStore,
  openSqliteStore,
  StoreError,
  type UsersQuery,
} from "@chatnest/db";
import { expect, it } from "vitest";
import { createMembershipLookup } from "./membership-lookup.ts";
import { UserFeed } from "./user-feed.ts";

const away = () => Promise.reject(new StoreError("unavailable", "away"));

/** A lookup for ann, over a real store with some of her rooms. A test can override calls of the store. */
async function lookUpIn(rooms: readonly string[]) {
  const store = openSqliteStore(":memory:");
  for (const id of rooms) await store.conversations.create({ id, user_ids: ["ann"] });
  const feed = new UserFeed("ann");
  feed.begin();
  const { among } = store.members;
  const asked: (readonly string[])[] = [];
  const answered: string[] = [];
  /** What the store does in place of reading memberships, or of anything else. */
  const differences: {
    among(query: UsersQuery): ReturnType<MemberStore["among"]>;
    epoch: ChatStore["epoch"];
  } = { among, epoch: store.epoch };
  const lookup = createMembershipLookup(
    {
      ...store,
      epoch: () => differences.epoch(),
      members: {
        ...store.members,
        async among(query) {
          if ("members" in query) throw new Error("nobody asks so");
          asked.push(query.conversation_ids);
          return differences.among(query);
        },
      },
    },
    {
      feedsOf: new Map([["ann", new Set([feed])]]),
      onAnswer:
        async ({ head }) =>
        () =>
          void answered.push(head.conversation_id),
    },
  );
  return {
    ...{ lookup, among, differences, asked, answered },
    async [Symbol.asyncDispose]() {
      lookup.forget();
      await lookup.settled();
      await store.close();
    },
  };
}

it("answers the questions asked so far, even if further ones never end", async () => {
  await using test = await lookUpIn(["room"]);
  const { lookup, among, differences, answered } = test;
  differences.among = async (query) => {
    await delay(10);
    return among(query);
  };
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
  }
});

it("answers all conversations except those that fail alone, and those once they succeed", async () => {
  const rooms = Array.from({ length: 600 }, (_, index) => `room-${index}`);
  const bad = ["room-100", "room-101", "room-444"];
  await using test = await lookUpIn(rooms);
  const { lookup, among, differences, asked, answered } = test;
  differences.among = (query) =>
    query.conversation_ids.some((id) => bad.includes(id)) ? away() : among(query);
  for (const room of rooms) lookup.ask(room);
  await expect(lookup.settled()).rejects.toMatchObject({ code: "unavailable" });
  expect(answered.toSorted()).toEqual(rooms.filter((id) => !bad.includes(id)).toSorted());
  // Halving takes two questions a level for each of them; one by one it would be hundreds.
  expect(asked.length).toBeLessThan(60);

  // The others are asked about together all the same.
  answered.length = 0;
  asked.length = 0;
  for (const room of rooms.slice(0, 200)) lookup.ask(room);
  await expect(lookup.settled()).rejects.toMatchObject({ code: "unavailable" });
  expect(answered).toHaveLength(198);
  expect(asked.map((ids) => ids.length)).toEqual([198, 1]);

  answered.length = 0;
  differences.among = among;
  await lookup.settled();
  expect(answered.toSorted()).toEqual(bad.toSorted());
});

it("answers the others without waiting for a check when one conversation fails", async () => {
  await using test = await lookUpIn(["good", "bad"]);
  const { lookup, among, differences, answered } = test;
  differences.among = (query) => (query.conversation_ids.includes("bad") ? away() : among(query));
  for (const room of ["bad", "good"]) lookup.ask(room);
  await expect.poll(() => answered).toEqual(["good"]);
  lookup.ask("good");
  await expect.poll(() => answered).toEqual(["good", "good"]);
});

it("asks an unavailable store once, and about everything when it is back", async () => {
  const rooms = Array.from({ length: 600 }, (_, index) => `room-${index}`);
  await using test = await lookUpIn(rooms);
  const { lookup, among, differences, asked, answered } = test;
  const { epoch } = differences;
  differences.among = away;
  differences.epoch = away;
  for (const room of rooms) lookup.ask(room);
  await expect(lookup.settled()).rejects.toMatchObject({ code: "unavailable" });
  expect(asked).toHaveLength(1);
  differences.among = among;
  differences.epoch = epoch;
  await lookup.settled();
  expect(answered.toSorted()).toEqual(rooms.toSorted());
});
