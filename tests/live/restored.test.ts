import { createLive } from "@chatnest/api";
import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { expect, it } from "vitest";
import { say } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { SseReader } from "../support/sse-reader.ts";

/** A store under which, at a word, a backup is restored: one of another epoch, with less in it. */
async function openRestorable() {
  const [first, backup] = [openSqliteStore(":memory:"), openSqliteStore(":memory:")];
  await say(first, "room", 10);
  await say(backup, "room", 12);
  let current = first;
  // What a test here calls, and what following calls, asks whichever store is there.
  const store: ChatStore = {
    ...first,
    epoch: () => current.epoch(),
    watch(listener) {
      const stops = [first.watch(listener), backup.watch(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    log: {
      ...first.log,
      page: (stream, range) => current.log.page(stream, range),
      heads: (streams) => current.log.heads(streams),
    },
    messages: {
      ...first.messages,
      page: (stream, range) => current.messages.page(stream, range),
      readOn: (stream, range) => current.messages.readOn(stream, range),
    },
    members: { ...first.members, among: (query) => current.members.among(query) },
    conversations: {
      ...first.conversations,
      heads: (query) => current.conversations.heads(query),
    },
    async close() {
      await first.close();
      await backup.close();
    },
  };
  return {
    store,
    first,
    backup,
    restore() {
      current = backup;
    },
  };
}

it("tells running clients of a restored backup, and nothing more of what was before it", async () => {
  const { store, first, backup, restore } = await openRestorable();
  await using server = await startServer({ store, live: createLive(store, { checkEveryMs: 100 }) });
  await using room = await SseReader.open(`${server.url}/messages/room/events`);
  const user = `${server.url}/users/ann/events`;
  await using before = await SseReader.open(user);
  for (const reader of [room, before]) await reader.until(({ events }) => events.length > 0);
  await say(first, "room", 5);
  for (const reader of [room, before]) await reader.until(({ seqs }) => seqs.length === 5);

  restore();
  await room.until((reader) => reader.dataOf("reset").length > 0);
  const epoch = await backup.epoch();
  expect(room.events.at(-1)).toEqual({
    event: "reset",
    data: { conversation_id: "room", last_seq: 12 },
    id: `${epoch}-12`,
  });
  await before.ended;
  expect(before.events.at(-1)?.event).toBe("unavailable");
  const headers = { "last-event-id": before.lastEventId ?? "" };
  await using after = await SseReader.open(user, { headers });
  await after.until(({ events }) => events.length >= 2);
  expect(after.events).toMatchObject([
    { event: "reset", data: { conversation_id: null, last_seq: 0 } },
    { event: "heads", data: { heads: [{ conversation_id: "room", last_seq: 12 }] } },
  ]);

  await say(backup, "room", 3);
  await room.until(({ seqs }) => seqs.length === 8);
  await after.until(({ seqs }) => seqs.length === 3);
  const stored = await backup.messages.page("c:room", { after: 12, limit: 10, from: "oldest" });
  expect(after.dataOf("message")).toEqual(stored);
  expect(room.dataOf("message").slice(5)).toEqual(stored);
});
