import { type AppRouter, createLive } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { createTRPCClient, httpSubscriptionLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { describe, expect, it } from "vitest";
import { findFreePorts } from "../support/free-port.ts";
import { countLive, say, upTo } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";
import { openTcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/until.ts";

/** Starts a server, and says how many follow. */
async function start() {
  const store = openSqliteStore(":memory:");
  const live = countLive(createLive(store));
  const server = await startServer({ store, live });
  const left = () =>
    until(() => live.following === 0, { timeoutMs: 5_000, what: "nobody follows" });
  return { ...server, live, left, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Opens a subscription as tRPC's own link does, read bare. */
function open(
  { url }: { url: string },
  path: string,
  { lastEventId, ...input }: Record<string, string>,
): Promise<SseReader> {
  const query = new URLSearchParams({ input: JSON.stringify(input) });
  if (lastEventId !== undefined) query.set("lastEventId", lastEventId);
  return SseReader.open(`${url}/trpc/${path}?${query}`);
}

// tRPC has events of its own around ours: `connected` before them, and `ping`.
const ours = ({ events }: SseReader) => events.filter(({ id }) => id !== undefined);

const isComplete = (data: unknown) => (data as { complete?: boolean }).complete === true;

describe("a subscription over tRPC", () => {
  it("is a stream of events, which nobody keeps or changes", async () => {
    await using server = await start();
    await using reader = await open(server, "live.conversation", { conversation_id: "room" });
    await reader.until((one) => ours(one).length > 0);
    const { headers, status } = reader.response;
    expect([status, headers.get("content-type")]).toEqual([
      200,
      expect.stringMatching("^text/event-stream"),
    ]);
    expect(headers.get("cache-control")).toMatch(/no-(store|cache)/);
    expect(headers.get("x-accel-buffering")).toBe("no");
    expect(headers.get("x-request-id")).toBeTruthy();
  });

  it("begins with a marker of its place, then brings each message with its own", async () => {
    await using server = await start();
    const epoch = await server.store.epoch();
    await say(server.store, "room", 2);
    await using reader = await open(server, "live.conversation", { conversation_id: "room" });
    await reader.until((one) => ours(one).length > 0);
    await say(server.store, "room", 3);
    await reader.until((one) => ours(one).length >= 4);
    expect(ours(reader)).toMatchObject([
      { id: `${epoch}-2`, data: { type: "ready", conversation_id: "room", last_seq: 2 } },
      { id: `${epoch}-3`, data: { type: "message", message: { seq: 3 } } },
      { id: `${epoch}-4`, data: { type: "message", message: { seq: 4 } } },
      { id: `${epoch}-5`, data: { type: "message", message: { seq: 5 } } },
    ]);
  });

  it("goes on behind lastEventId, which stands above after", async () => {
    await using server = await start();
    const epoch = await server.store.epoch();
    await say(server.store, "room", 5);
    const input = { conversation_id: "room", after: "1", lastEventId: `${epoch}-3` };
    await using reader = await open(server, "live.conversation", input);
    await reader.until((one) => ours(one).length >= 3);
    expect(ours(reader).map(({ id }) => id)).toEqual([3, 4, 5].map((seq) => `${epoch}-${seq}`));
    const other = { conversation_id: "room", lastEventId: "other-3" };
    await using reset = await open(server, "live.conversation", other);
    await reset.until((one) => ours(one).length > 0);
    expect(ours(reset)).toMatchObject([{ id: `${epoch}-5`, data: { type: "reset" } }]);
  });

  it("of a user gives the watermark with every event, and goes on from it", async () => {
    await using server = await start();
    const epoch = await server.store.epoch();
    await say(server.store, "room", 2);
    await using reader = await open(server, "live.user", { user_id: "ann" });
    await reader.until((one) => ours(one).length > 0);
    await say(server.store, "room");
    await reader.until((one) => ours(one).length >= 2);
    const heads = [{ conversation_id: "room", last_seq: 2 }];
    expect(ours(reader).map(({ data }) => data)).toMatchObject([
      { type: "heads", heads, complete: true },
      { type: "message", message: { seq: 3 } },
    ]);
    const [watermark, ...others] = new Set(ours(reader).map(({ id }) => id));
    expect([watermark, others]).toEqual([expect.stringMatching(`^${epoch}-\\d{13}$`), []]);
    for (const [id, type] of [
      [watermark ?? "", "heads"],
      ["0-0", "reset"],
    ] as const) {
      const input = { user_id: "ann", lastEventId: id };
      await using back = await open(server, "live.user", input);
      await back.until((one) => ours(one).length > 0);
      expect(ours(back)[0]?.data).toMatchObject({ type });
    }
  });

  it("of a user that is cut off between the heads is told of no reset when it comes back", async () => {
    await using server = await start();
    const rooms = upTo(501).map((number) => `room-${number}`);
    for (const id of rooms) await server.store.conversations.create({ id, user_ids: ["bob"] });
    const watermark = `${await server.store.epoch()}-${Date.now()}`;
    const idsOf = async (lastEventId?: string) => {
      const given = lastEventId === undefined ? {} : { lastEventId };
      await using reader = await open(server, "live.user", { user_id: "bob", ...given });
      await reader.until((one) => ours(one).some(({ data }) => isComplete(data)));
      const types = ours(reader).map(({ data }) => (data as { type: string }).type);
      return { types, firstId: ours(reader)[0]?.id };
    };
    const first = await idsOf();
    expect(await idsOf(first.firstId)).toEqual(first);
    expect(first.types).toEqual(["heads", "heads"]);
    expect(await idsOf(watermark)).toEqual({ types: ["heads", "heads"], firstId: watermark });
    // Of another epoch, or of none, all is told anew until it is complete.
    for (const other of ["other-1790000000000", "<>"]) {
      const reset = await idsOf(other);
      expect(reset.types).toEqual(["reset", "heads", "heads"]);
      expect(await idsOf(reset.firstId)).toEqual(reset);
    }
  });

  it("ends with an error when the server goes down, since an end would be for good", async () => {
    await using server = await start();
    for (const [path, input] of [
      ["live.conversation", { conversation_id: "room" }],
      ["live.user", { user_id: "ann" }],
    ] as const) {
      await using reader = await open(server, path, { ...input });
      await reader.until((one) => ours(one).length > 0);
      if (path === "live.user") server.live.close();
      else continue;
      await reader.ended;
      expect(reader.events.map(({ event }) => event)).not.toContain("return");
      expect(reader.events.at(-1)).toMatchObject({
        event: "serialized-error",
        data: { data: { code: "unavailable", httpStatus: 503 } },
      });
    }
    await server.left();
  });

  it("frees everything when its reader leaves", async () => {
    await using server = await start();
    const readers = await Promise.all(
      upTo(10).map(() => open(server, "live.conversation", { conversation_id: "room" })),
    );
    for (const reader of readers) await reader.until((one) => ours(one).length > 0);
    expect(server.live.following).toBe(10);
    for (const reader of readers) await reader.close();
    await server.left();
  });

  it("begins nothing for a HEAD, and refuses a wrong place before it begins", async () => {
    await using server = await start();
    const url = (input: object) =>
      `${server.url}/trpc/live.conversation?input=${encodeURIComponent(JSON.stringify(input))}`;
    for (let count = 0; count < 20; count++) {
      await fetch(url({ conversation_id: "room" }), { method: "HEAD" });
    }
    expect(server.live.following).toBe(0);
    const response = await fetch(url({ conversation_id: "room", after: "x" }));
    expect(await response.text()).toContain("validation_failed");
    expect(server.live.begun).toBe(0);
  });

  it("is read by tRPC's own client, which comes back by itself and misses nothing", async () => {
    await using server = await start();
    const [port = 0] = await findFreePorts(1);
    await using proxy = await openTcpProxy(port, server.port);
    const url = `http://127.0.0.1:${port}/trpc`;
    const client = createTRPCClient<AppRouter>({
      links: [httpSubscriptionLink({ url, EventSource })],
    });
    const seqs: number[] = [];
    const ends: string[] = [];
    const subscription = client.live.conversation.subscribe(
      { conversation_id: "room" },
      {
        onData({ data }) {
          seqs.push(data.type === "message" ? data.message.seq : 0);
        },
        onError: ({ message }) => void ends.push(message),
        onComplete: () => void ends.push("complete"),
      },
    );
    const has = (count: number) =>
      until(() => seqs.length >= count, { timeoutMs: 5_000, what: `it has ${count}` });
    await has(1);
    // Nothing has come yet but the marker: it is what tells where to go on.
    proxy.govern(() => "cut");
    await server.left();
    await say(server.store, "room", 3);
    proxy.govern(() => "pass");
    await has(4);
    await say(server.store, "room", 3);
    await has(7);
    expect(seqs.filter((seq) => seq > 0)).toEqual(upTo(6));
    expect(ends).toEqual([]);
    subscription.unsubscribe();
    await server.left();
  });
});
