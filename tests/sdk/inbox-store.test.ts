import { createChatClient } from "@chatnest/client";
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { lookIn, startTwo } from "./inboxing.ts";

test("a list sends mentions, and shows them at once", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  await bob.conversations.create({ id: "tea", user_ids: ["ada", "bob"] });
  using inbox = lookIn(ada.inbox());
  const list = bob.conversation("tea").messages();
  const leave = list.subscribe(() => undefined);
  const id = list.send({ content: "Tea?", mentions: ["ada"] });
  expect(list.getSnapshot().messages).toMatchObject([{ id, mentions: ["ada"], seq: null }]);
  await inbox.until(({ totals }) => totals?.mentions === 1);
  expect(inbox.find("tea").messages).toMatchObject([{ id, mentions: ["ada"] }]);
  const isStored = () => list.getSnapshot().messages[0]?.seq === 1;
  await until(isStored, { timeoutMs: 5_000, what: "it is stored" });
  expect(list.getSnapshot().messages).toMatchObject([{ id, mentions: ["ada"] }]);
  leave();
});

test("other members are told how far one has read", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  await bob.conversations.create({ id: "tea", user_ids: ["ada", "bob"] });
  await ada.messages.send({ conversation_id: "tea", content: "Tea?" });
  const told: unknown[] = [];
  using looking = lookIn(ada.inbox({ onRead: (read) => told.push(read) }));
  await looking.untilLive();
  await bob.reads.mark({ conversation_id: "tea", read_seq: 1 });
  await expect.poll(() => told).toEqual([{ conversation_id: "tea", user_id: "bob", read_seq: 1 }]);
  const reads = [];
  for await (const read of ada.reads.list({ conversation_id: "tea", limit: 1 })) reads.push(read);
  expect(reads).toEqual([
    { user_id: "ada", read_seq: 1 },
    { user_id: "bob", read_seq: 1 },
  ]);
});

test("is connected while it has listeners, and is a store for React", async () => {
  await using two = await startTwo();
  const { ada, bob } = two;
  await bob.conversations.create({ id: "tea", user_ids: ["ada", "bob"] });
  await bob.conversations.create({ id: "coffee", user_ids: ["ada", "bob"] });
  const { subscribe, getSnapshot, close } = ada.inbox();
  const before = getSnapshot();
  expect(before).toMatchObject({
    conversations: [],
    totals: null,
    state: { status: "connecting" },
  });
  expect(getSnapshot()).toBe(before);
  const told: unknown[] = [];
  const leave = subscribe(() => told.push(getSnapshot()));
  const isLive = () => getSnapshot().state.status === "live";
  await until(isLive, { timeoutMs: 5_000, what: "it is live" });
  const { conversations } = getSnapshot();
  expect(getSnapshot().conversations).toBe(conversations);
  await bob.messages.send({ conversation_id: "tea", content: "Tea?" });
  const isTold = () => getSnapshot().totals?.messages === 1;
  await until(isTold, { timeoutMs: 5_000, what: "a message is told" });
  const coffee = conversations.find(({ id }) => id === "coffee");
  expect(getSnapshot().conversations.find(({ id }) => id === "coffee")).toBe(coffee);
  expect(new Set(told).size).toBe(told.length);
  leave();
  expect(getSnapshot().state.status).toBe("connecting");
  await bob.messages.send({ conversation_id: "coffee", content: "Coffee?" });
  const leaveAgain = subscribe(() => undefined);
  await until(isLive, { timeoutMs: 5_000, what: "it is live again" });
  expect(getSnapshot().totals).toEqual({ conversations: 2, messages: 2, mentions: 0 });
  close();
  expect(getSnapshot().state).toEqual({ status: "closed" });
  leaveAgain();
});

test("says why the server refuses for good", async () => {
  await using server = await startServer({ trust: "nobody" });
  using looking = lookIn(createChatClient({ url: server.url, userId: "ada" }).inbox());
  await looking.until(({ state }) => state.status === "closed");
  expect(looking.now.state).toMatchObject({ error: { code: "unauthorized" } });
});
