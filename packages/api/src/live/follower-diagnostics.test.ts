import { type ChatStore, openSqliteStore, StoreError } from "@chatnest/db";
import { afterEach, beforeEach, expect, it } from "vitest";
import { storeFailureChannel } from "../store-failures.ts";
import { type FollowerMessage, followerChannel } from "./diagnostics.ts";
import { createLive } from "./index.ts";

let store: ChatStore;
beforeEach(() => {
  store = openSqliteStore(":memory:");
});
afterEach(() => store.close());

/** Adds up the messages about followers until the test ends. */
function countFollowers() {
  const counts = { conversation: 0, user: 0 };
  const count = ({ kind, isFollowing }: FollowerMessage) => {
    counts[kind] += isFollowing ? 1 : -1;
  };
  followerChannel.subscribe(count);
  return { counts, [Symbol.dispose]: () => followerChannel.unsubscribe(count) };
}

it("publishes each follower when it begins and when it ends, however it ends", async () => {
  using followers = countFollowers();
  const live = createLive(store);
  const leaving = new AbortController();
  const { signal } = leaving;
  const conversation = live.followConversation({ conversation_id: "room" }, signal);
  const user = live.followUser({ user_id: "ann" }, signal);
  expect(followers.counts).toEqual({ conversation: 0, user: 0 });
  await Promise.all([conversation.next(), user.next()]);
  expect(followers.counts).toEqual({ conversation: 1, user: 1 });
  await user.return();
  expect(followers.counts).toEqual({ conversation: 1, user: 0 });
  const other = live.followConversation({ conversation_id: "room" }, new AbortController().signal);
  await other.next();
  expect(followers.counts).toEqual({ conversation: 2, user: 0 });
  leaving.abort();
  await conversation.next();
  live.close();
  await expect(other.next()).rejects.toMatchObject({ code: "unavailable" });
  expect(followers.counts).toEqual({ conversation: 0, user: 0 });
});

it("publishes that the store ended a follower", async () => {
  const codes: string[] = [];
  const listener = ({ code }: { code: string }) => void codes.push(code);
  storeFailureChannel.subscribe(listener);
  using followers = countFollowers();
  const failing: ChatStore = {
    ...store,
    epoch: () => Promise.reject(new StoreError("unavailable", "away")),
  };
  const live = createLive(failing);
  const { signal } = new AbortController();
  await expect(live.followUser({ user_id: "ann" }, signal).next()).rejects.toThrow("away");
  const input = { conversation_id: "room" };
  await expect(live.followConversation(input, signal).next()).rejects.toThrow("away");
  expect(codes).toEqual(["unavailable", "unavailable"]);
  expect(followers.counts).toEqual({ conversation: 0, user: 0 });
  storeFailureChannel.unsubscribe(listener);
  live.close();
});
