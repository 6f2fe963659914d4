import { createLive } from "@chatnest/api";
import { openSqliteStore, StoreError } from "@chatnest/db";
import { afterEach, describe, expect, it, vi } from "vitest";
import { append } from "../support/append.ts";
import { countLive, say, upTo } from "../support/live.ts";
import { openSocket } from "../support/raw.ts";
import { startServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";
import { overStore } from "../support/stores.ts";
import { until } from "../support/until.ts";

const paths = ["/messages/room/events", "/users/ann/events"];

/** Starts a server that says how many follow. */
async function start() {
  const store = openSqliteStore(":memory:");
  const live = countLive(createLive(store));
  const server = await startServer({ store, live });
  const left = (count: number) =>
    until(() => live.following === count, { timeoutMs: 5_000, what: `${count} follow` });
  return { ...server, live, left, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

afterEach(() => {
  vi.useRealTimers();
});

describe.each(paths)("a stream of %s", (path) => {
  it("says that it is unavailable, and when to come back, when the server goes down", async () => {
    await using server = await start();
    await using reader = await SseReader.open(server.url + path);
    await reader.until(({ events }) => events.length > 0);
    server.live.close();
    await reader.ended;
    expect(reader.events.slice(1)).toEqual([
      {
        event: "unavailable",
        data: { code: "unavailable", detail: expect.stringContaining("reconnect") },
      },
    ]);
    expect(reader.retries[1]).toBeGreaterThanOrEqual(2_000);
    expect(reader.retries[1]).toBeLessThanOrEqual(15_000);
    await server.left(0);

    // Who comes while it does is told the same, and not by a status.
    await using late = await SseReader.open(server.url + path);
    await late.ended;
    expect([late.response.status, late.events.at(-1)?.event]).toEqual([200, "unavailable"]);
    await server.left(0);
  });

  it("says that it is unavailable when the store is away, and nothing of why", async () => {
    const store = openSqliteStore(":memory:");
    const lost = () => Promise.reject(new StoreError("unavailable", "secret"));
    const away = overStore(store, { log: { heads: lost }, conversations: { heads: lost } });
    await using server = await startServer({ store: away });
    await using reader = await SseReader.open(server.url + path);
    await reader.ended;
    expect(reader.response.status).toBe(200);
    expect(reader.events).toMatchObject([{ event: "unavailable", data: { code: "unavailable" } }]);
    expect(JSON.stringify(reader.events)).not.toContain("secret");
    await store.close();
  });

  it("shows nothing of an error that nobody expected", async () => {
    const store = openSqliteStore(":memory:");
    const fail = () => Promise.reject(new Error("secret"));
    const broken = overStore(store, {
      log: { heads: fail },
      conversations: { heads: fail },
    });
    await using server = await startServer({ store: broken });
    await using reader = await SseReader.open(server.url + path);
    await reader.ended;
    expect(reader.events).toMatchObject([{ event: "unavailable", data: { code: "internal" } }]);
    expect(JSON.stringify(reader.events)).not.toContain("secret");
    expect(JSON.stringify(server.log)).toContain("secret");
    await store.close();
  });

  it("is left when its reader leaves", async () => {
    await using server = await start();
    const readers = await Promise.all(upTo(10).map(() => SseReader.open(server.url + path)));
    for (const reader of readers) await reader.until(({ events }) => events.length > 0);
    expect(server.live.following).toBe(10);
    for (const reader of readers) await reader.close();
    await server.left(0);
  });

  it("is left with its connection, also by those that wait behind it on the same one", async () => {
    await using server = await start();
    const socket = await openSocket(server.port);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(5));
    await until(() => server.live.begun === 5, { timeoutMs: 5_000, what: "all have begun" });
    socket.destroy();
    await server.left(0);
  });

  it("says every 15 seconds that it is alive", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await using server = await start();
    await using reader = await SseReader.open(server.url + path);
    await reader.until(({ events }) => events.length > 0);
    await using second = await SseReader.open(server.url + path);
    await second.until(({ events }) => events.length > 0);
    const timers = vi.getTimerCount();
    for (let count = 1; count <= 4; count++) {
      await vi.advanceTimersByTimeAsync(15_000);
      for (const one of [reader, second]) await one.until(({ comments }) => comments >= count);
    }
    expect([reader.comments, second.comments]).toEqual([4, 4]);
    expect(reader.events.length).toBe(1);
    await reader.close();
    await server.left(1);
    expect(vi.getTimerCount()).toBe(timers);
    await second.close();
    await server.left(0);
    // The one timer of all streams is gone with the last.
    await until(() => vi.getTimerCount() === timers - 1, { timeoutMs: 2_000, what: "it is gone" });
  });
});

it("cuts a reader that takes nothing for two heartbeats", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  await using server = await start();
  const socket = await openSocket(server.port);
  socket.pause();
  socket.write("GET /messages/room/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const content = "x".repeat(16_000);
  for (let count = 0; count < 1_000; count++) {
    await append(server.store, {
      id: `message-${count}`,
      user_id: "ann",
      content,
      conversation_id: "room",
    });
  }
  await using other = await SseReader.open(`${server.url}/messages/room/events?after=0`);
  await other.until(({ seqs }) => seqs.length === 1_000);
  expect(server.live.following).toBe(2);
  await vi.advanceTimersByTimeAsync(15_000);
  await other.until(({ comments }) => comments === 1);
  expect(server.live.following).toBe(2);
  await vi.advanceTimersByTimeAsync(15_000);
  await server.left(1);
  await say(server.store, "room");
  await other.until(({ seqs }) => seqs.length === 1_001);
  socket.destroy();
});
