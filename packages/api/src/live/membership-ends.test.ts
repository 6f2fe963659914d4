import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { afterEach, beforeEach, expect, it } from "vitest";
import { append } from "../../tests/append.ts";
import { createLive, type Live } from "./index.ts";

const member = { conversation_id: "room", user_id: "bob" };

let store: ChatStore;
beforeEach(async () => {
  store = openSqliteStore(":memory:");
  await store.conversations.create({ id: "room", user_ids: ["ann", "bob"] });
});
afterEach(() => store.close());

/** Follows the room, for a member or without one, until that ends. */
function follow(live: Live, user_id?: string) {
  const leaving = new AbortController();
  const input = { conversation_id: "room", ...(user_id !== undefined && { member: user_id }) };
  const following = live.followConversation(input, leaving.signal);
  const heard: unknown[] = [];
  const ended = (async () => {
    for await (const news of following) heard.push(news.kind);
  })();
  return { heard, leaving, ended: ended.then(() => "left").catch((error) => error.code) };
}

it("ends what a removed member follows at once, and nothing else", async () => {
  const live = createLive(store);
  const bob = follow(live, "bob");
  const [ann, nobody] = [follow(live, "ann"), follow(live)];
  await expect.poll(() => [bob, ann, nobody].map(({ heard }) => heard.length)).toEqual([1, 1, 1]);
  await store.members.leave(member);
  expect(await bob.ended).toBe("not_found");
  await append(store, { id: "message-1", user_id: "ann", content: "x", conversation_id: "room" });
  for (const { heard, leaving, ended } of [ann, nobody]) {
    await expect.poll(() => heard).toEqual(["ready", "entries"]);
    leaving.abort();
    expect(await ended).toBe("left");
  }
  expect(bob.heard).toEqual(["ready"]);
  live.close();
});

it("ends it at the next check when no event of the removal arrives", async () => {
  const live = createLive({ ...store, watch: () => () => {} }, { checkEveryMs: 20 });
  const bob = follow(live, "bob");
  await expect.poll(() => bob.heard).toEqual(["ready"]);
  await store.members.leave(member);
  expect(await bob.ended).toBe("not_found");
  live.close();
});

it("ends it at once when the member was removed before it started", async () => {
  const live = createLive(store, { checkEveryMs: 1_000_000 });
  await store.members.leave(member);
  expect(await follow(live, "bob").ended).toBe("not_found");
  live.close();
});

it("continues for a member who left and rejoined before the store is asked", async () => {
  const late = Promise.withResolvers<void>();
  const members: ChatStore["members"] = {
    ...store.members,
    async among(query) {
      await late.promise;
      return store.members.among(query);
    },
  };
  const live = createLive({ ...store, members });
  const bob = follow(live, "bob");
  await expect.poll(() => bob.heard).toEqual(["ready"]);
  await store.members.leave(member);
  await store.members.join(member);
  late.resolve();
  await append(store, { id: "message-1", user_id: "ann", content: "x", conversation_id: "room" });
  await expect.poll(() => bob.heard).toEqual(["ready", "entries"]);
  bob.leaving.abort();
  expect(await bob.ended).toBe("left");
  live.close();
});

it("goes on for a member who came back while the store was asked about the leaving", async () => {
  const late = Promise.withResolvers<void>();
  let isMissing = false;
  const members: ChatStore["members"] = {
    ...store.members,
    async among(query) {
      const answer = await store.members.among(query);
      isMissing ||= answer.length === 0;
      await late.promise;
      return answer;
    },
  };
  const live = createLive({ ...store, members });
  const before = follow(live, "bob");
  await expect.poll(() => before.heard).toEqual(["ready"]);
  await store.members.leave(member);
  await expect.poll(() => isMissing).toBe(true);
  await store.members.join(member);
  const bob = follow(live, "bob");
  await expect.poll(() => bob.heard).toEqual(["ready"]);
  late.resolve();
  expect(await before.ended).toBe("not_found");
  await append(store, { id: "message-1", user_id: "ann", content: "x", conversation_id: "room" });
  await expect.poll(() => bob.heard).toEqual(["ready", "entries"]);
  bob.leaving.abort();
  expect(await bob.ended).toBe("left");
  live.close();
});
