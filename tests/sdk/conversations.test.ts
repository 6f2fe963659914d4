import { expect, test } from "vitest";
import { failureOf, startChat } from "./chat.ts";

test("create answers with the conversation, and get reads it back", async () => {
  await using running = await startChat();
  const { conversations } = running.chat;
  const { conversation, created } = await conversations.create({ user_ids: ["ada", "茶"] });
  expect(created).toBe(true);
  expect(conversation).toMatchObject({
    user_ids: ["ada", "茶"],
    messages: [],
    last_seq: 0,
    member_count: 2,
    last_activity_at: conversation.created_at,
  });
  expect(await conversations.get({ conversation_id: conversation.id })).toEqual(conversation);
});

test("create can be repeated under a chosen id, with the same members alone", async () => {
  await using running = await startChat();
  const { conversations } = running.chat;
  const first = await conversations.create({ id: "tea", user_ids: ["ada"] });
  const second = await conversations.create({ id: "tea", user_ids: ["ada"] });
  expect(second).toEqual({ created: false, conversation: first.conversation });
  const failure = await failureOf(conversations.create({ id: "tea", user_ids: ["grace"] }));
  expect(failure).toMatchObject({ code: "conflict", status: 409 });
});

test.each([
  ["nobody", []],
  ["the same member twice", ["ada", "ada"]],
  ["more than 1,000 members", Array.from({ length: 1_001 }, (_, n) => `user-${n}`)],
])("create refuses %s", async (_, user_ids) => {
  await using running = await startChat();
  const failure = await failureOf(running.chat.conversations.create({ user_ids }));
  expect(failure).toMatchObject({ code: "validation_failed", issues: [{ path: "user_ids" }] });
});

test("get carries as many of the newest messages as asked for", async () => {
  await using running = await startChat();
  const { messages, conversations } = running.chat;
  for (const content of ["one", "two", "three"]) {
    await messages.send({ conversation_id: "tea", user_id: "ada", content });
  }
  const contentsOf = async (count: number) => {
    const conversation = await conversations.get({ conversation_id: "tea", messages: count });
    return conversation.messages.map(({ content }) => content);
  };
  expect(await contentsOf(2)).toEqual(["two", "three"]);
  expect(await contentsOf(0)).toEqual([]);
});

test("an unknown conversation is not found, to read or to join", async () => {
  await using running = await startChat();
  const { conversations } = running.chat;
  const nowhere = { conversation_id: "nowhere" };
  for (const call of [
    conversations.get(nowhere),
    conversations.addMember({ ...nowhere, user_id: "ada" }),
    conversations.removeMember({ ...nowhere, user_id: "ada" }),
  ]) {
    expect(await failureOf(call)).toMatchObject({ code: "not_found", status: 404 });
  }
});

test("members join and leave", async () => {
  await using running = await startChat();
  const { conversations } = running.chat;
  await conversations.create({ id: "tea", user_ids: ["ada"] });
  const grace = { conversation_id: "tea", user_id: "grace" };
  expect(await conversations.addMember(grace)).toEqual({ ...grace, added: true });
  expect(await conversations.addMember(grace)).toEqual({ ...grace, added: false });
  expect(await conversations.removeMember(grace)).toBeUndefined();
  expect(await failureOf(conversations.removeMember(grace))).toMatchObject({ code: "not_found" });
  expect(await conversations.get({ conversation_id: "tea" })).toMatchObject({ user_ids: ["ada"] });
});

test("the inbox is walked page by page, and from a kept cursor", async () => {
  await using running = await startChat();
  const { conversations } = running.chat;
  for (const id of ["one", "two", "three"]) await conversations.create({ id, user_ids: ["ada"] });
  const first = await conversations.page({ user_id: "ada", limit: 2 });
  const last = await first.next?.();
  expect(last).toMatchObject({ cursor: null, next: null });
  const seen = [...first.conversations, ...(last?.conversations ?? [])].map(({ id }) => id);
  expect(seen.toSorted()).toEqual(["one", "three", "two"]);
  const kept = await conversations.page({ user_id: "ada", cursor: first.cursor ?? undefined });
  expect(kept.conversations).toEqual(last?.conversations);
});

test("the inbox of nobody is empty, and a made-up cursor is refused", async () => {
  await using running = await startChat();
  const { conversations } = running.chat;
  const inbox = await conversations.page({ user_id: "nobody" });
  expect(inbox).toEqual({ conversations: [], cursor: null, next: null });
  const failure = await failureOf(conversations.page({ user_id: "ada", cursor: "made up" }));
  expect(failure).toMatchObject({ code: "validation_failed", issues: [{ path: "cursor" }] });
});
