import { expect, it, vi } from "vitest";
import { pass } from "../../../tests/inbox-reader.ts";
import { InboxRoom } from "../../../tests/inbox-room.ts";
import type { ConversationNews } from "../follow-conversation.ts";

/** Follows a conversation, and keeps what is told. */
function followConversation(test: InboxRoom, entries?: "all"): ConversationNews[] {
  const told: ConversationNews[] = [];
  const leaving = new AbortController();
  const input = { conversation_id: "room", entries };
  void (async () => {
    for await (const news of test.live.followConversation(input, leaving.signal)) told.push(news);
  })().catch(() => {});
  return told;
}

const kindsOf = (told: readonly ConversationNews[]) => told.map(({ kind }) => kind);

it("tells followers of a conversation that get all entries its title and metadata", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 1);
  const [all, other, plain] = [
    followConversation(test, "all"),
    followConversation(test, "all"),
    followConversation(test),
  ];
  await pass(50);
  await test.store.conversations.update("room", { title: "Tea", metadata: { color: "green" } });
  await test.say("room");
  await pass(200);
  for (const told of [all, other]) {
    expect(kindsOf(told).toSorted()).toEqual(["conversation", "entries", "ready"]);
    expect(told).toContainEqual({
      kind: "conversation",
      conversation_id: "room",
      title: "Tea",
      metadata: { color: "green" },
    });
  }
  expect(kindsOf(plain)).toEqual(["ready", "entries"]);
  expect(test.calls.get).toBe(1);
});

it("tells the last of many titles, at most one a second, and goes on with entries", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 1);
  const told = followConversation(test, "all");
  await pass(50);
  for (let n = 1; n <= 200; n++) {
    await test.store.conversations.update("room", { title: `Tea ${n}` });
    await vi.advanceTimersByTimeAsync(10);
  }
  await pass(2_000);
  const titles = told.filter((news) => news.kind === "conversation").map(({ title }) => title);
  expect(titles.length).toBeLessThanOrEqual(4);
  expect(titles.at(-1)).toBe("Tea 200");
  await test.say("room", 3);
  await pass(100);
  expect(told.at(-1)).toMatchObject({ kind: "entries" });
});

it("reads nothing where nobody is told", async () => {
  await using test = new InboxRoom();
  await test.begin("room", 1);
  followConversation(test);
  await pass(50);
  await test.store.conversations.update("room", { title: "Tea" });
  await pass(6_000);
  expect(test.calls.get).toBe(0);
});
