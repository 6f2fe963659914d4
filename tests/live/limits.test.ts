import { createLive } from "@chatnest/api";
import { openSqliteStore, StoreError } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { countLive } from "../support/live.ts";
import { openSocket } from "../support/raw.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";
import { overStore } from "../support/stores.ts";
import { until } from "../support/until.ts";

type Limits = { perProcess?: number; perUser?: number };

const room = "/messages/room/events";
const ann = "/users/ann/events";
const bob = "/users/bob/events";
const subscribe = (path: string, input: object) =>
  `/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
const roomByTrpc = subscribe("live.conversation", { conversation_id: "room" });
const annByTrpc = subscribe("live.user", { user_id: "ann" });

/** Starts a server that lets in few, and whose store is away while it is told so. */
async function start(streamLimits: Limits) {
  const store = openSqliteStore(":memory:");
  const away = { isAway: false };
  const ask = <TAnswer>(answer: () => Promise<TAnswer>) =>
    away.isAway ? Promise.reject(new StoreError("unavailable", "away")) : answer();
  const guarded = overStore(store, {
    log: { heads: (streams) => ask(() => store.log.heads(streams)) },
    conversations: { heads: (query) => ask(() => store.conversations.heads(query)) },
  });
  const live = countLive(createLive(guarded));
  const server = await startServer({ store: guarded, live, streamLimits });
  const disposeServer = () => server[Symbol.asyncDispose]();
  return {
    ...server,
    live,
    away,
    async [Symbol.asyncDispose]() {
      await disposeServer();
      await store.close();
    },
  };
}

/** Opens a stream and waits for the first thing that it says. */
async function open({ url }: TestServer, path: string): Promise<SseReader> {
  const reader = await SseReader.open(url + path);
  // tRPC says that it is connected before it asks.
  return reader.until(({ events }) => events.some(({ event }) => event !== "connected"));
}

/** Says whether a stream was refused, as its border does it. */
function isRefused({ events }: SseReader): boolean {
  return events.some(({ event }) => event === "unavailable" || event === "serialized-error");
}

/** Opens a stream as soon as there is a place for it. */
function openWhenFree(server: TestServer, path: string): Promise<SseReader> {
  const attempt = async () => {
    const reader = await open(server, path);
    if (!isRefused(reader)) return reader;
    await reader.close();
    return undefined;
  };
  return until(attempt, { timeoutMs: 5_000, what: "there is a place" });
}

describe("more streams than there may be", () => {
  it.each([
    { of: "a process", limits: { perProcess: 1 }, held: room, refused: room },
    { of: "a user", limits: { perUser: 1 }, held: ann, refused: ann },
    { of: "a process by both borders", limits: { perProcess: 1 }, held: roomByTrpc, refused: ann },
    { of: "a user by both borders", limits: { perUser: 1 }, held: annByTrpc, refused: ann },
  ])("of $of are told to come back later, and not by a status", async (one) => {
    await using server = await start(one.limits);
    await using _held = await open(server, one.held);
    const retries = new Set<number | undefined>();
    for (let count = 0; count < 10; count++) {
      await using reader = await open(server, one.refused);
      await reader.ended;
      expect(reader.response.status).toBe(200);
      const data = { code: "unavailable", detail: expect.stringContaining("too many streams") };
      expect(reader.events).toEqual([{ event: "unavailable", data }]);
      const [retry] = reader.retries;
      expect(retry).toBeGreaterThanOrEqual(2_000);
      expect(retry).toBeLessThanOrEqual(15_000);
      retries.add(retry);
    }
    expect(retries.size).toBeGreaterThan(5);
    expect(server.live.begun).toBe(1);
  });

  it.each([
    { of: "a process", limits: { perProcess: 1 }, held: room, refused: roomByTrpc },
    { of: "a user", limits: { perUser: 1 }, held: ann, refused: annByTrpc },
  ])("of $of get the error of the table over tRPC", async (one) => {
    await using server = await start(one.limits);
    await using _held = await open(server, one.held);
    await using reader = await open(server, one.refused);
    await reader.ended;
    expect(reader.events.at(-1)).toMatchObject({
      event: "serialized-error",
      data: { message: expect.stringContaining("too many"), data: { code: "unavailable" } },
    });
    expect(reader.events.map(({ event }) => event)).not.toContain("return");
    expect(server.live.begun).toBe(1);
  });

  it("of one user leave room for others, and for conversations", async () => {
    await using server = await start({ perUser: 2 });
    const held = [await open(server, ann), await open(server, annByTrpc)];
    await using refused = await open(server, ann);
    expect(isRefused(refused)).toBe(true);
    for (const path of [bob, bob, room, roomByTrpc]) {
      const reader = await open(server, path);
      expect([path, isRefused(reader)]).toEqual([path, false]);
      held.push(reader);
    }
    for (const reader of held) await reader.close();
  });
});

describe.each([room, ann, roomByTrpc, annByTrpc])("the place of %s", (path) => {
  const limits = { perProcess: 1, perUser: 1 };

  it("is free when its reader leaves, round after round", async () => {
    await using server = await start(limits);
    for (let round = 0; round < 10; round++) {
      await using reader = await openWhenFree(server, path);
      await using other = await open(server, room);
      expect([isRefused(reader), isRefused(other)]).toEqual([false, true]);
    }
  });

  it("is free when its connection is cut, also of those that wait behind it on the same one", async () => {
    await using server = await start({ perProcess: 3 });
    const socket = await openSocket(server.port);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(3));
    await until(() => server.live.following === 3, { timeoutMs: 5_000, what: "all have begun" });
    await using refused = await open(server, room);
    expect(isRefused(refused)).toBe(true);
    socket.resetAndDestroy();
    const others = [room, room, room].map((one) => openWhenFree(server, one));
    for (const other of others) await (await other).close();
  });

  it("is free when the stream could not go on", async () => {
    await using server = await start(limits);
    server.away.isAway = true;
    for (let round = 0; round < 10; round++) {
      await using reader = await open(server, path);
      await reader.ended;
      expect(JSON.stringify(reader.events)).toContain("the store is unavailable");
    }
    server.away.isAway = false;
    await using _other = await openWhenFree(server, room);
  });
});

it("no place is taken by a HEAD, or by what is refused before it begins", async () => {
  await using server = await start({ perProcess: 1, perUser: 1 });
  for (const path of [room, ann, roomByTrpc, annByTrpc]) {
    await fetch(server.url + path, { method: "HEAD" });
  }
  for (const path of [`${room}?after=x`, `${ann}?after=1`, subscribe("live.user", {})]) {
    expect(await (await fetch(server.url + path)).text()).toContain("validation_failed");
  }
  await using reader = await open(server, ann);
  expect(isRefused(reader)).toBe(false);
});
