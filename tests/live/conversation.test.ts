import { createLive } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countLive, say, upTo } from "../support/live.ts";
import { openSocket, sendRaw } from "../support/raw.ts";
import { pathOf, type RestServer, startRest, unique } from "../support/rest.ts";
import { SseReader } from "../support/sse-reader.ts";

const store = openSqliteStore(":memory:");
const live = countLive(createLive(store));
let server: RestServer;
let epoch = "";
beforeAll(async () => {
  server = await startRest({ store, live });
  epoch = await store.epoch();
});
afterAll(() => server[Symbol.asyncDispose]());

function follow(
  room: string,
  { query = "", ...headers }: Record<string, string> = {},
): Promise<SseReader> {
  return SseReader.open(`${server.url}${pathOf("messages", room, "events")}${query}`, { headers });
}

/** Begins a conversation of so many messages. */
async function begin(count: number): Promise<string> {
  const room = unique("room");
  await say(store, room, count);
  return room;
}

describe("the events of a conversation", () => {
  it("begin with the place where it ends", async () => {
    const room = await begin(3);
    await using reader = await follow(room);
    await reader.until(({ events }) => events.length > 0);
    const data = { conversation_id: room, last_seq: 3 };
    expect(reader.events).toEqual([{ event: "ready", data, id: `${epoch}-3` }]);
  });

  it("are messages as they are stored, each once and in order, with their place as id", async () => {
    const room = await begin(0);
    await using reader = await follow(room);
    await reader.until(({ events }) => events.length > 0);
    for (let round = 0; round < 20; round++) await say(store, room, 25);
    await reader.until(({ seqs }) => seqs.length >= 500);
    expect(reader.seqs).toEqual(upTo(500));
    expect(reader.events.slice(1).map(({ id }) => id)).toEqual(
      upTo(500).map((seq) => `${epoch}-${seq}`),
    );
    const { body } = await server.get(pathOf("messages", room));
    expect(reader.dataOf("message")).toEqual(body);
  });

  it("bring text that looks like an event as the text that it is", async () => {
    const room = await begin(0);
    await using reader = await follow(room);
    const content = "a\n\nevent: reset\ndata: {}\r\n\r\nid: x\u2028\u2029\ufeff💬";
    await server.post("/messages/", { user_id: "ann", content, conversation_id: room });
    await reader.until(({ events }) => events.length > 1);
    expect(reader.dataOf("message")).toMatchObject([{ content }]);
  });

  it.each([
    ["a seq", (seq: number) => `${seq}`],
    ["a position", (seq: number) => `${epoch}-${seq}`],
  ])("begin behind %s", async (_name, toPlace) => {
    const room = await begin(600);
    await using reader = await follow(room, { query: `?after=${toPlace(50)}` });
    await reader.until(({ seqs }) => seqs.length >= 550);
    expect(reader.events[0]).toMatchObject({ event: "ready", id: `${epoch}-50` });
    await say(store, room);
    await reader.until(({ seqs }) => seqs.length >= 551);
    expect(reader.seqs).toEqual(upTo(601, 51));
  });

  it("begin behind Last-Event-ID rather than after", async () => {
    const room = await begin(10);
    await using reader = await follow(room, {
      query: "?after=2",
      "last-event-id": `${epoch}-8`,
    });
    await reader.until(({ seqs }) => seqs.length >= 2);
    expect(reader.seqs).toEqual([9, 10]);
  });

  it.each(["x", "-1", "1.5", "9007199254740993", "<script>", "1 2", " ", "epoch-", "é"])(
    "begin with a reset where Last-Event-ID cannot be read: %j",
    async (id) => {
      const room = await begin(4);
      const lines = [
        `GET /messages/${room}/events?after=1 HTTP/1.1`,
        "Host: localhost",
        `Last-Event-ID: ${id}`,
      ];
      if (id.trim() === "" || id === "é") {
        expect(await firstOfRaw(lines)).toContain("event: reset");
        return;
      }
      await using reader = await follow(room, { query: "?after=1", "last-event-id": id });
      await say(store, room);
      await reader.until(({ seqs }) => seqs.length > 0);
      expect(reader.events[0]?.event).toBe("reset");
      expect(reader.seqs.at(-1)).toBe(5);
    },
  );

  it("begin with a reset and the new place where the place is of another epoch", async () => {
    const room = await begin(4);
    for (const place of [{ query: "?after=other-9" }, { "last-event-id": "other-2" }]) {
      await using reader = await follow(room, place);
      await reader.until(({ events }) => events.length > 0);
      const data = { conversation_id: room, last_seq: 4 };
      expect(reader.events).toEqual([{ event: "reset", data, id: `${epoch}-4` }]);
    }
  });

  it("wait where the place lies ahead, and go on behind it", async () => {
    const room = await begin(1);
    await using reader = await follow(room, { query: "?after=3" });
    await reader.until(({ events }) => events.length > 0);
    expect(reader.events[0]).toMatchObject({ event: "ready", id: `${epoch}-3` });
    for (let count = 0; count < 4; count++) await say(store, room);
    await reader.until(({ seqs }) => seqs.length >= 2);
    expect(reader.seqs).toEqual([4, 5]);
  });

  it("are silent where nobody has said anything, and make no conversation", async () => {
    const room = unique("nobody");
    await using reader = await follow(room);
    await reader.until(({ events }) => events.length > 0);
    expect(reader.events).toMatchObject([{ event: "ready", data: { last_seq: 0 } }]);
    expect((await server.get(pathOf("conversations", "by-id", room))).status).toBe(404);
  });

  it("come at both forms of the path, for any id", async () => {
    const room = `${unique("a/b?c#d %[é]")} `;
    await say(store, room, 2);
    const path = pathOf("messages", room, "events");
    for (const form of [path, `${path}/`]) {
      await using reader = await SseReader.open(`${server.url}${form}?after=0`);
      await reader.until(({ seqs }) => seqs.length === 2);
      expect(reader.dataOf("ready")).toEqual([{ conversation_id: room, last_seq: 2 }]);
    }
  });
});

describe("a path of events", () => {
  it.each([
    ["after=x", "after"],
    ["after=", "after"],
    ["after=-1", "after"],
    ["after=1.5", "after"],
    ["after=99999999999999999", "after"],
    ["after=1&after=2", "after"],
    ["before=3", "before"],
    ["lastEventId=3", "lastEventId"],
  ])("refuses %s before the stream begins", async (query, path) => {
    const begun = live.begun;
    const { status, body } = await server.get<unknown>(`/messages/room/events?${query}`);
    expect([status, body]).toMatchObject([422, { code: "validation_failed", errors: [{ path }] }]);
    expect(live.begun).toBe(begun);
  });

  it("begins nothing for a HEAD", async () => {
    const before = [live.begun, live.following];
    for (let count = 0; count < 20; count++) {
      for (const path of ["/messages/room/events", "/users/ann/events/"]) {
        const { status, headers } = await server.call("HEAD", path);
        expect([status, headers.get("content-type")]).toEqual([200, "text/event-stream"]);
      }
    }
    expect([live.begun, live.following]).toEqual(before);
    expect((await server.call("HEAD", "/messages/room/events?after=x")).status).toBe(422);
  });

  it.each(["/messages/room/events", "/messages/room/events/", "/users/ann/events"])(
    "allows to get and nothing else: %s",
    async (path) => {
      const options = await server.call("OPTIONS", path);
      expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
      for (const method of ["POST", "PUT", "DELETE"]) {
        expect([method, (await server.call(method, path)).status]).toEqual([method, 405]);
      }
    },
  );

  it.each(["/messages/room/events", "/users/ann/events"])(
    "says that nobody may keep, change or hold it back: %s",
    async (path) => {
      const headers = { origin: "http://localhost:5173", "accept-encoding": "gzip, br" };
      await using reader = await SseReader.open(server.url + path, { headers });
      expect(reader.response.status).toBe(200);
      expect(Object.fromEntries(reader.response.headers)).toMatchObject({
        "content-type": "text/event-stream",
        "cache-control": "no-store, no-transform",
        "x-accel-buffering": "no",
        "x-content-type-options": "nosniff",
        "x-request-id": expect.any(String),
        "access-control-allow-origin": "http://localhost:5173",
        "access-control-expose-headers": expect.stringContaining("X-Request-Id"),
        vary: "Origin",
      });
      expect(reader.response.headers.get("content-encoding")).toBe(null);
      await reader.until(({ retries }) => retries.length > 0);
      expect(reader.retries[0]).toBeGreaterThanOrEqual(1_000);
      expect(reader.retries[0]).toBeLessThanOrEqual(5_000);
    },
  );

  it("is not for pages elsewhere, or for those who are not trusted", async () => {
    const headers = { origin: "https://evil.example" };
    await using reader = await SseReader.open(`${server.url}/messages/room/events`, { headers });
    expect(reader.response.headers.get("access-control-allow-origin")).toBe(null);
    const lines = ["GET /messages/room/events HTTP/1.1", "Host: evil.example"];
    expect((await sendRaw(server.port, lines)).status).toBe(403);
  });

  it("says when to come back, each time another time", async () => {
    const readers = await Promise.all(upTo(20).map(() => follow("room")));
    for (const reader of readers) await reader.until(({ retries }) => retries.length > 0);
    expect(new Set(readers.map(({ retries }) => retries[0])).size).toBeGreaterThan(10);
    for (const reader of readers) await reader.close();
  });
});

/** Reads the beginning of a stream over a bare connection, for headers that `fetch` would not send. */
async function firstOfRaw(lines: readonly string[]): Promise<string> {
  const socket = await openSocket(server.port);
  socket.write([...lines, "", ""].join("\r\n"), "latin1");
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    if (text.includes("data:")) break;
  }
  return text;
}
