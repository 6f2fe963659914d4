import { createLive } from "@chatnest/api";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { say, upTo } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";
import { until } from "../support/until.ts";

/** Starts a server whose store never tells it of anything, and counts the reads of the ends of logs. */
async function startDeaf(checkEveryMs?: number) {
  const store = openSqliteStore(":memory:");
  const checks: number[] = [];
  const deaf: ChatStore = {
    ...store,
    watch: () => () => {},
    log: {
      ...store.log,
      heads(streams) {
        checks.push(streams.length);
        return store.log.heads(streams);
      },
    },
  };
  const options = checkEveryMs === undefined ? {} : { checkEveryMs };
  const server = await startServer({ store: deaf, live: createLive(deaf, options) });
  const openAll = (paths: string[]) =>
    Promise.all(paths.map((path) => SseReader.open(server.url + path)));
  return { ...server, checks, openAll, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const eventsOf = (room: string) => `/messages/${room}/events`;

describe("where every wake-up is lost", () => {
  it("those who follow conversations get everything, by one read for all of them at a time", async () => {
    await using server = await startDeaf(200);
    const rooms = upTo(50).map((number) => `room-${number}`);
    const readers = await server.openAll(rooms.map(eventsOf));
    for (const reader of readers) await reader.until(({ events }) => events.length > 0);
    for (const room of rooms) await say(server.store, room, 3);
    for (const reader of readers) await reader.until(({ seqs }) => seqs.length >= 3);
    for (const { seqs } of readers) expect(seqs).toEqual([1, 2, 3]);
    server.checks.length = 0;
    const startedAt = performance.now();
    await until(() => server.checks.length >= 5, { timeoutMs: 5_000, what: "five checks" });
    expect(new Set(server.checks)).toEqual(new Set([50]));
    // One command a check, however many follow.
    expect(performance.now() - startedAt).toBeGreaterThan(700);
    for (const reader of readers) await reader.close();
  });

  it("those who follow a user get everything behind the heads", async () => {
    await using server = await startDeaf(200);
    const rooms = upTo(20).map((number) => `room-${number}`);
    for (const id of rooms) {
      await server.store.conversations.create({ id, user_ids: ["bob", "ann"] });
      await say(server.store, id, 2);
    }
    const readers = await server.openAll(["/users/bob/events", "/users/ann/events"]);
    for (const reader of readers) await reader.until(({ events }) => events.length > 0);
    for (let round = 0; round < 3; round++) for (const id of rooms) await say(server.store, id, 4);
    for (const reader of readers) {
      await reader.until(({ seqs }) => seqs.length >= 240);
      const messages = reader.dataOf<{ conversation_id: string; seq: number }>("message");
      for (const room of rooms) {
        const mine = messages.filter(({ conversation_id }) => conversation_id === room);
        expect(mine.map(({ seq }) => seq)).toEqual(upTo(14, 3));
      }
      await reader.close();
    }
  });

  it("a member who was removed gets nothing any more", async () => {
    await using server = await startDeaf(200);
    await server.store.conversations.create({ id: "room", user_ids: ["bob", "ann"] });
    await say(server.store, "room");
    const [reader] = await server.openAll(["/users/bob/events"]);
    await reader?.until(({ events }) => events.length > 0);
    await say(server.store, "room");
    await reader?.until(({ seqs }) => seqs.length > 0);
    await server.store.members.leave({ conversation_id: "room", user_id: "bob" });
    await reader?.until((one) => one.dataOf("left").length > 0);
    await say(server.store, "room", 5);
    const others = await server.openAll(["/users/ann/events", eventsOf("room")]);
    for (const other of others) await other.until(({ events }) => events.length > 0);
    await say(server.store, "room");
    for (const other of others) await other.until(({ seqs }) => seqs.length > 0);
    expect(reader?.seqs).toEqual([2]);
    for (const one of [reader, ...others]) await one?.close();
  });

  it("who joins gets what was said since, though neither was heard", async () => {
    await using server = await startDeaf(200);
    await server.store.conversations.create({ id: "room", user_ids: ["ann"] });
    await say(server.store, "room", 40);
    const [reader] = await server.openAll(["/users/bob/events"]);
    await reader?.until(({ events }) => events.length > 0);
    const said = Date.now();
    await until(() => Date.now() > said, { timeoutMs: 1_000, what: "the clock goes on" });
    await server.store.members.join({ conversation_id: "room", user_id: "bob" });
    await say(server.store, "room", 5);
    await reader?.until(({ seqs }) => seqs.length >= 5);
    expect(reader?.dataOf("joined")).toMatchObject([{ conversation_id: "room", last_seq: 40 }]);
    expect(reader?.seqs).toEqual(upTo(45, 41));
    await reader?.close();
  });

  it("it takes no more than the next check, as it is in production", async () => {
    await using server = await startDeaf();
    await server.store.conversations.create({ id: "room", user_ids: ["ann"] });
    const readers = await server.openAll([eventsOf("room"), "/users/ann/events"]);
    for (const reader of readers) await reader.until(({ events }) => events.length > 0);
    await say(server.store, "room", 2);
    // One that was under way may have asked before.
    const known = server.checks.length;
    const told = readers.map((reader) => reader.until(({ seqs }) => seqs.length >= 2, 15_000));
    await Promise.all(told);
    expect(server.checks.length - known).toBeLessThanOrEqual(2);
    expect(readers.map(({ seqs }) => seqs)).toEqual([upTo(2), upTo(2)]);
    for (const reader of readers) await reader.close();
  });
});
