import { createLive } from "@chatnest/api";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { say } from "../support/live.ts";
import { pathOf, type RestServer, startRest, unique } from "../support/rest.ts";
import { SseReader } from "../support/sse-reader.ts";
import { followUser, headsOf, kindsOf } from "../support/user-reader.ts";

const store = openSqliteStore(":memory:");
const live = createLive(store, { checkEveryMs: 200 });
let server: RestServer;
beforeAll(async () => {
  server = await startRest({ store, live });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Follows a user with the inbox, and waits for the totals. */
async function followInbox(user: string, headers: Record<string, string> = {}): Promise<SseReader> {
  const path = `${pathOf("users", user, "events")}?inbox=true`;
  const reader = await SseReader.open(server.url + path, { headers });
  return reader.until(({ events }) => events.some(({ event }) => event === "unread"));
}

async function begin(messages = 3): Promise<{ user: string; other: string; room: string }> {
  const [user, other, room] = [unique("user"), unique("other"), unique("room")];
  await store.conversations.create({ id: room, user_ids: [user, other, "ann"] });
  await say(store, room, messages);
  return { user, other, room };
}

const putRead = (room: string, user: string, body: object) =>
  server.put(pathOf("messages", room, "reads", user), body);

describe("the events of a user with inbox=true", () => {
  it("begin with heads that say what is new, and the totals", async () => {
    const { user, room } = await begin();
    await using reader = await followInbox(user);
    expect(kindsOf(reader)).toEqual(["heads", "unread"]);
    expect(headsOf(reader)).toEqual([
      { conversation_id: room, last_seq: 3, read_seq: 0, unread_count: 3, mention_count: 0 },
    ]);
    expect(reader.dataOf("unread")).toEqual([{ conversations: 1, messages: 3, mentions: 0 }]);
  });

  it("tell a mark to the user's other device and to the other member, none with an id", async () => {
    const { user, other, room } = await begin();
    await using device = await followInbox(user);
    await using member = await followInbox(other);
    const watermark = device.lastEventId;
    const { body, status } = await putRead(room, user, { read_seq: 2 });
    expect(status).toBe(200);
    await device.until(({ events }) => events.filter(isOf("unread")).length === 2);
    await member.until(({ events }) => events.some(isOf("read")));
    expect(device.dataOf("read")).toEqual([body]);
    expect(member.dataOf("read")).toEqual([{ conversation_id: room, user_id: user, read_seq: 2 }]);
    expect(device.dataOf("unread").at(-1)).toEqual({ conversations: 1, messages: 1, mentions: 0 });
    expect(device.lastEventId).toBe(watermark);
    expect(member.events.filter(({ id }) => id !== undefined)).toHaveLength(1);
  });

  it("tell settings to the user alone, as they are answered", async () => {
    const { user, other, room } = await begin();
    await using device = await followInbox(user);
    await using member = await followInbox(other);
    const path = pathOf("conversations", room, "members", user);
    const { body } = await server.patch(path, { archived: true });
    await device.until(({ events }) => events.some(isOf("settings")));
    await device.until(({ events }) => events.filter(isOf("unread")).length === 2);
    expect(device.dataOf("settings")).toEqual([body]);
    expect(device.dataOf("unread").at(-1)).toMatchObject({ conversations: 0 });
    await say(store, room);
    await member.until(({ events }) => events.some(isOf("message")));
    expect(member.dataOf("settings")).not.toContainEqual(body);
  });

  it("tell a title, and tell it to followers of the conversation that ask for all entries", async () => {
    const { user, room } = await begin();
    const url = server.url + pathOf("messages", room, "events");
    await using device = await followInbox(user);
    await using all = await SseReader.open(url, {
      headers: { accept: "text/event-stream;entries=all" },
    });
    await using plain = await SseReader.open(url);
    for (const reader of [all, plain]) {
      await reader.until(({ events }) => events.some(isOf("ready")));
    }
    await server.patch(pathOf("conversations", "by-id", room), { title: "Tea" });
    const told = { conversation_id: room, title: "Tea", metadata: null };
    for (const reader of [device, all]) {
      await reader.until(({ events }) => events.some(isOf("conversation")));
      expect(reader.dataOf("conversation")).toEqual([told]);
    }
    await say(store, room);
    await plain.until(({ events }) => events.some(isOf("message")));
    expect(kindsOf(plain)).toEqual(["ready", "message"]);
    await all.until(({ events }) => events.some(isOf("message")));
    expect(all.lastEventId).toBe(`${await store.epoch()}-4`);
  });

  it("tell the current state after a reconnect", async () => {
    const { user, room } = await begin();
    const first = await followInbox(user);
    await first.close();
    await putRead(room, user, { read_seq: 3 });
    await using second = await followInbox(user, { "last-event-id": first.lastEventId ?? "" });
    expect(headsOf(second)).toMatchObject([
      { conversation_id: room, read_seq: 3, unread_count: 0 },
    ]);
    expect(second.dataOf("unread")).toEqual([{ conversations: 0, messages: 0, mentions: 0 }]);
  });

  it("are not told without it", async () => {
    const { user, room } = await begin();
    await using reader = await followUser(server, user);
    await putRead(room, user, { read_seq: 1 });
    await server.patch(pathOf("conversations", "by-id", room), { title: "Tea" });
    await say(store, room);
    await reader.until(({ events }) => events.some(isOf("message")));
    expect(kindsOf(reader)).toEqual(["heads", "message"]);
    expect(headsOf(reader)).toEqual([{ conversation_id: room, last_seq: 3 }]);
  });

  it.each([
    ["users", "?inbox=yes"],
    ["messages", "?inbox=true"],
  ])("are refused where %s are followed with %s", async (noun, query) => {
    const path = pathOf(noun, "ann", "events") + query;
    const { status, body } = await server.get<{ errors: unknown[] }>(path);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ path: "inbox" }]);
  });
});

function isOf(kind: string): (event: { event: string }) => boolean {
  return ({ event }) => event === kind;
}
