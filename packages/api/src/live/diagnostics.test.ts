import { setImmediate as turn } from "node:timers/promises";
import {
  type ChatStore,
  conversationStream,
  type DiagnosticsChannel,
  openSqliteStore,
} from "@chatnest/db";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { storeMessage } from "../../tests/store-entry.ts";
import { checkChannel, deliveryChannel, ringMissChannel } from "./diagnostics.ts";
import { createHub } from "./hub.ts";
import { createLive } from "./index.ts";
import { LogTail } from "./log-tail.ts";

const conversation_id = "room";
const stream = conversationStream(conversation_id);

let store: ChatStore;
beforeEach(() => {
  store = openSqliteStore(":memory:");
});
afterEach(() => store.close());

function send() {
  return storeMessage(store, conversation_id);
}

/** Collects the messages of a channel until the test ends. */
function collect<TMessage>(channel: DiagnosticsChannel<TMessage>) {
  const messages: TMessage[] = [];
  const listener = (message: TMessage) => void messages.push(message);
  channel.subscribe(listener);
  return { messages, [Symbol.dispose]: () => channel.unsubscribe(listener) };
}

it("publishes a miss for each reader behind the kept entries, and none for the others", async () => {
  using misses = collect(ringMissChannel);
  const tail = new LogTail(store, stream, { ringLengthMax: 2 });
  for (let n = 0; n < 5; n++) tail.push(await send());
  expect(await tail.read(3)).toHaveLength(2);
  expect(misses.messages).toEqual([]);
  const together = [tail.read(1), tail.read(1)];
  for (const entries of await Promise.all(together)) expect(entries).toHaveLength(4);
  expect(misses.messages).toEqual([
    { entriesBehind: 4, isShared: false },
    { entriesBehind: 4, isShared: true },
  ]);
});

it("publishes how many readers new entries woke, and how late", async () => {
  await store.conversations.create({ id: conversation_id, user_ids: ["ann", "bob"] });
  const live = createLive(store);
  const leaving = new AbortController();
  const { signal } = leaving;
  const followings = [
    live.followConversation({ conversation_id }, signal),
    live.followConversation({ conversation_id }, signal),
    live.followUser({ user_id: "ann" }, signal),
    live.followUser({ user_id: "bob" }, signal),
  ];
  const next = () => Promise.all(followings.map((following) => following.next()));
  await next();
  const first = next();
  await send();
  await first;
  using deliveries = collect(deliveryChannel);
  const second = next();
  // By then all of them wait.
  await turn();
  await send();
  await second;
  await vi.waitFor(() => {
    const readers = deliveries.messages.map((message) => message.readers);
    expect(readers.reduce((sum, count) => sum + count, 0)).toBe(4);
  });
  for (const { delayMs } of deliveries.messages) {
    expect(delayMs).toBeGreaterThanOrEqual(0);
    expect(delayMs).toBeLessThan(60_000);
  }
  leaving.abort();
  live.close();
});

it("publishes no delivery when nobody waits, nor when the hub closes", async () => {
  using deliveries = collect(deliveryChannel);
  const hub = createHub(store);
  const { tail } = hub.follow(stream);
  tail.push(await send());
  tail.onMore(() => {});
  hub.close();
  expect(deliveries.messages).toEqual([]);
});

it("publishes what each part of a check compared, and whether the store answered", async () => {
  using checks = collect(checkChannel);
  await store.conversations.create({ id: conversation_id, user_ids: ["ann", "bob"] });
  const live = createLive(store, { checkEveryMs: 20 });
  const leaving = new AbortController();
  const { signal } = leaving;
  const followings = [
    live.followConversation({ conversation_id, member: "ann" }, signal),
    live.followUser({ user_id: "bob" }, signal),
  ];
  await Promise.all(followings.map((following) => following.next()));
  await send();
  for (const counts of [{ logs: 1 }, { conversations: 1 }, { memberships: 1 }]) {
    const part = expect.objectContaining({ ...counts, isComplete: true });
    await vi.waitFor(() => expect(checks.messages).toContainEqual(part));
  }
  await store.close();
  const failed = { durationMs: expect.any(Number), isComplete: false };
  await vi.waitFor(() => expect(checks.messages).toContainEqual(failed));
  for (const { durationMs } of checks.messages) expect(durationMs).toBeGreaterThanOrEqual(0);
  leaving.abort();
  live.close();
});
