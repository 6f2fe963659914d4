import { setTimeout as delay } from "node:timers/promises";
import { createLive } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { say, upTo } from "../support/live.ts";
import { pathOf, type RestServer, startRest, unique } from "../support/rest.ts";
import {
  beginConversations,
  followUser,
  type Heads,
  headsOf,
  kindsOf,
  type Place,
} from "../support/user-reader.ts";

const store = openSqliteStore(":memory:");
const live = createLive(store, { checkEveryMs: 200 });
let server: RestServer;
beforeAll(async () => {
  server = await startRest({ store, live });
});
afterAll(() => server[Symbol.asyncDispose]());

const follow = (user: string) => followUser(server, user);
const begin = (count: number) => beginConversations(store, count);

describe("the events of a user", () => {
  it("begin with where 600 conversations end, 500 at most an event, the last with a watermark", async () => {
    const { user, rooms } = await begin(600);
    await using reader = await follow(user);
    const heads = reader.dataOf<Heads>("heads");
    expect(heads.map((event) => [event.heads.length, event.complete])).toEqual([
      [500, false],
      [100, true],
    ]);
    expect(new Set(headsOf(reader).map(({ conversation_id }) => conversation_id))).toEqual(
      new Set(rooms),
    );
    expect(new Set(headsOf(reader).map(({ last_seq }) => last_seq))).toEqual(new Set([2]));
    expect(reader.events[0]?.id).toBe(undefined);
    expect(reader.lastEventId).toMatch(new RegExp(`^${await store.epoch()}-\\d{13}$`));
  });

  it.each([500, 1_000, 501])("tell %i conversations in as few events as can be", async (count) => {
    const { user } = await begin(count);
    await using reader = await follow(user);
    expect(headsOf(reader).length).toBe(count);
    expect(kindsOf(reader)).toEqual(upTo(Math.ceil(count / 500)).map(() => "heads"));
  });

  it("say at once of a user without conversations that there are none", async () => {
    await using reader = await follow(unique("nobody"));
    expect(reader.events).toMatchObject([{ event: "heads", data: { heads: [], complete: true } }]);
  });

  it("bring every message right behind the head of its conversation, once and in order", async () => {
    const { user, rooms } = await begin(20);
    const sending = rooms.map(async (room) => {
      for (let round = 0; round < 10; round++) await say(store, room, 3);
    });
    await using reader = await follow(user);
    await Promise.all(sending);
    const places = headsOf(reader);
    const missing = places.reduce((sum, { last_seq }) => sum + 32 - last_seq, 0);
    await reader.until(({ seqs }) => seqs.length >= missing);
    const messages = reader.dataOf<Place & { seq: number }>("message");
    for (const { conversation_id, last_seq } of places) {
      const seqs = messages.filter((message) => message.conversation_id === conversation_id);
      expect(seqs.map(({ seq }) => seq)).toEqual(upTo(32, last_seq + 1));
    }
    // Only the watermark is a place to begin again.
    expect(reader.events.filter(({ id }) => id !== undefined).length).toBe(1);
  });

  it("tell who joined and where, before what is said there", async () => {
    const { user } = await begin(1);
    const room = unique("later");
    await store.conversations.create({ id: room, user_ids: ["ann"] });
    await say(store, room, 3);
    await using reader = await follow(user);
    await delay(5);
    await server.post(pathOf("conversations", room, "members"), { user_id: user });
    await reader.until(({ events }) => events.length > 1);
    await say(store, room, 2);
    await reader.until(({ seqs }) => seqs.length >= 2);
    expect(reader.events.slice(1)).toMatchObject([
      { event: "joined", data: { conversation_id: room, user_id: user, last_seq: 3 } },
      { event: "message", data: { conversation_id: room, seq: 4 } },
      { event: "message", data: { conversation_id: room, seq: 5 } },
    ]);
  });

  it("tell that one joined by sending, or by beginning a conversation", async () => {
    const user = unique("user");
    await using reader = await follow(user);
    const [first, second] = [unique("new"), unique("new")];
    await server.post("/messages/", { user_id: user, content: "x", conversation_id: first });
    await server.post("/conversations/", { id: second, user_ids: [user] });
    await reader.until((one) => one.dataOf("joined").length === 2);
    await say(store, first);
    await say(store, second);
    await reader.until(({ seqs }) => seqs.length >= 3);
    expect(reader.dataOf<Place>("joined")).toMatchObject([
      { conversation_id: first, last_seq: 0 },
      { conversation_id: second, last_seq: 0 },
    ]);
    // What they joined by, too.
    expect(reader.seqs.toSorted()).toEqual([1, 1, 2]);
  });

  it("end for a conversation when its member is removed, and begin again when they come back", async () => {
    const { user, rooms } = await begin(2);
    const [room = "", other = ""] = rooms;
    await using reader = await follow(user);
    const member = pathOf("conversations", room, "members", user);
    expect((await server.call("DELETE", member)).status).toBe(204);
    await reader.until((one) => one.dataOf("left").length > 0);
    expect(reader.dataOf("left")).toEqual([{ conversation_id: room, user_id: user, last_seq: 2 }]);
    await say(store, room, 3);
    await say(store, other);
    await reader.until(({ seqs }) => seqs.length > 0);
    // What is said in the millisecond of a joining counts as said behind it.
    await delay(5);
    await server.post(pathOf("conversations", room, "members"), { user_id: user });
    await reader.until((one) => one.dataOf("joined").length > 0);
    await say(store, room);
    await reader.until(({ seqs }) => seqs.length >= 2);
    expect(reader.events.slice(1)).toMatchObject([
      { event: "left" },
      { event: "message", data: { conversation_id: other, seq: 3 } },
      { event: "joined", data: { conversation_id: room, last_seq: 5 } },
      { event: "message", data: { conversation_id: room, seq: 6 } },
    ]);
  });

  it("reach all connections of a user, and nobody else", async () => {
    const { user, rooms } = await begin(1);
    const [room = ""] = rooms;
    await using first = await follow(user);
    await using second = await follow(user);
    await using stranger = await follow(unique("stranger"));
    await say(store, room, 5);
    for (const reader of [first, second]) {
      await reader.until(({ seqs }) => seqs.length >= 5);
      expect(reader.seqs).toEqual(upTo(7, 3));
    }
    expect(kindsOf(stranger)).toEqual(["heads"]);
  });
});
