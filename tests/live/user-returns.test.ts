import { setTimeout as delay } from "node:timers/promises";
import { createLive } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countLive, say, upTo } from "../support/live.ts";
import { type RestServer, startRest, unique } from "../support/rest.ts";
import type { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";
import {
  beginConversations,
  followUser,
  headsOf,
  kindsOf,
  type Place,
} from "../support/user-reader.ts";

const store = openSqliteStore(":memory:");
const live = countLive(createLive(store, { checkEveryMs: 200 }));
let server: RestServer;
let epoch = "";
beforeAll(async () => {
  server = await startRest({ store, live });
  epoch = await store.epoch();
});
afterAll(() => server[Symbol.asyncDispose]());

const follow = (user: string, lastEventId?: string) => followUser(server, user, lastEventId);
const begin = (count: number) => beginConversations(store, count);

describe("who comes back to the events of a user", () => {
  it("is told only of what was active since a minute before the watermark", async () => {
    // Nobody hears of what begins here.
    await until(() => live.following === 0, { timeoutMs: 5_000, what: "all others have left" });
    const { user, rooms } = await longAgo(() => begin(3));
    const [room = "", woken = ""] = rooms;
    await using reader = await follow(user);
    expect(headsOf(reader).length).toBe(3);
    await reader.close();

    await using quiet = await follow(user, reader.lastEventId);
    expect(headsOf(quiet)).toEqual([]);
    await say(store, room, 4);
    await using back = await follow(user, reader.lastEventId);
    expect(headsOf(back)).toEqual([{ conversation_id: room, last_seq: 6 }]);
    // As a server whose clock is ahead would have said it.
    const ahead = Number(reader.lastEventId?.split("-")[1]) + 3_600_000;
    await using later = await follow(user, `${epoch}-${ahead}`);
    expect(headsOf(later)).toEqual(headsOf(back));

    // What was quiet goes on behind where it ended then, told or not.
    await say(store, woken);
    await say(store, room);
    await quiet.until(({ seqs }) => seqs.length >= 6);
    for (const one of [back, later]) await one.until(({ seqs }) => seqs.length >= 2);
    expect(seqsOf(quiet, room)).toEqual(upTo(7, 3));
    expect([quiet, back, later].map((one) => seqsOf(one, woken))).toEqual([[3], [3], [3]]);
    expect([back, later].map((one) => seqsOf(one, room))).toEqual([[7], [7]]);
  });

  it("is told where its joining stands in what it joined meanwhile, and only there", async () => {
    const { user } = await longAgo(() => begin(1));
    await using reader = await follow(user);
    await reader.close();
    const [begun, joined] = [unique("begun"), unique("joined")];
    await store.conversations.create({ id: begun, user_ids: [user] });
    await say(store, begun, 3);
    await store.conversations.create({ id: joined, user_ids: ["ann"] });
    await say(store, joined, 7);
    await delay(5);
    await store.members.join({ conversation_id: joined, user_id: user });
    await say(store, joined, 2);
    await using back = await follow(user, reader.lastEventId);
    expect(headsOf(back).toSorted((a, b) => a.last_seq - b.last_seq)).toEqual([
      { conversation_id: begun, last_seq: 3, joined_seq: 0 },
      { conversation_id: joined, last_seq: 9, joined_seq: 7 },
    ]);
    // Who comes for the first time is told where each ends.
    await using first = await follow(user);
    expect(headsOf(first).filter((head) => "joined_seq" in head)).toEqual([]);
  });

  it("is told what was left meanwhile, once, before the watermark, and nothing of what was joined again", async () => {
    const { user, rooms } = await longAgo(() => begin(3));
    const [room = "", again = ""] = rooms;
    await using reader = await follow(user);
    await reader.close();
    for (const id of [room, again])
      await store.members.leave({ conversation_id: id, user_id: user });
    await store.members.join({ conversation_id: again, user_id: user });
    // Nothing of what goes on there is told to one who left.
    await say(store, room, 2);
    await using back = await follow(user, reader.lastEventId);
    expect(kindsOf(back)).toEqual(["left", "heads"]);
    expect(back.events[0]?.data).toEqual({ conversation_id: room, user_id: user, last_seq: 0 });
    expect(headsOf(back)).toMatchObject([{ conversation_id: again }]);
    // A look at who is where does not tell it again.
    await say(store, room);
    await say(store, again);
    await back.until(({ seqs }) => seqs.length > 0);
    expect(kindsOf(back)).toEqual(["left", "heads", "message"]);
    await store.members.join({ conversation_id: room, user_id: user });
    await back.until((one) => one.dataOf("joined").length > 0);
    await say(store, room);
    await back.until(() => seqsOf(back, room).length > 0);
    // Who comes for the first time is told of what there is.
    await using first = await follow(user);
    expect(kindsOf(first)).toEqual(["heads"]);
  });

  it.each(["other-1790000000000", "0-0", "x", "epoch-", "<>"])(
    "with %s is told of a reset, and of all conversations",
    async (id) => {
      const { user, rooms } = await begin(3);
      await using reader = await follow(user, id);
      expect(kindsOf(reader)).toEqual(["reset", "heads"]);
      expect(reader.events[0]?.data).toEqual({ conversation_id: null, last_seq: 0 });
      expect(headsOf(reader).length).toBe(rooms.length);
    },
  );
});

function seqsOf(reader: SseReader, room: string): number[] {
  return reader
    .dataOf<Place & { seq: number }>("message")
    .filter(({ conversation_id }) => conversation_id === room)
    .map(({ seq }) => seq);
}

/** Does something as if it had been done five minutes before. */
async function longAgo<TAnswer>(act: () => Promise<TAnswer>): Promise<TAnswer> {
  const { now } = Date;
  Date.now = () => now() - 300_000;
  try {
    return await act();
  } finally {
    Date.now = now;
  }
}
