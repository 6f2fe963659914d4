import { createMessageId } from "@chatnest/client";
import { expect, test } from "vitest";
import { failureOf, startChat } from "./chat.ts";

const from = { conversation_id: "tea", user_id: "ada" };

test("send answers with the stored message, and get reads it back", async () => {
  await using running = await startChat();
  const { chat } = running;
  const { message, created } = await chat.messages.send({ ...from, content: "Hello" });
  expect(created).toBe(true);
  expect(message).toEqual({
    ...from,
    content: "Hello",
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    seq: 1,
  });
  expect(await chat.messages.get({ conversation_id: "tea", seq: 1 })).toEqual(message);
});

test("send without a conversation is a note of its sender", async () => {
  await using running = await startChat();
  const { chat } = running;
  const { message } = await chat.messages.send({ user_id: "ada", content: "Buy tea" });
  expect(message.conversation_id).toBeNull();
  const notes = await chat.notes.page({ user_id: "ada" });
  expect(notes.messages).toEqual([message]);
});

test("the same id and body again are the same message", async () => {
  await using running = await startChat();
  const { chat } = running;
  const input = { ...from, id: createMessageId(), content: "Hello" };
  const first = await chat.messages.send(input);
  const second = await chat.messages.send(input);
  expect(first).toMatchObject({ created: true, message: { id: input.id } });
  expect(second).toEqual({ created: false, message: first.message });
});

test("the same id with another body is a conflict", async () => {
  await using running = await startChat();
  const { chat } = running;
  const id = createMessageId();
  await chat.messages.send({ ...from, id, content: "Hello" });
  const failure = await failureOf(chat.messages.send({ ...from, id, content: "Goodbye" }));
  expect(failure).toMatchObject({ code: "conflict", status: 409, issues: [], id: undefined });
});

test.each([
  "\u{1F375} 茶 שלום e\u0301 \u202Eabc\u0007\r\n\u2028",
  "'); DROP TABLE messages; --",
  "x".repeat(16_384),
  "\u{1F375}".repeat(16_384),
])("content comes back byte for byte (%#)", async (content) => {
  await using running = await startChat();
  const { chat } = running;
  await chat.messages.send({ ...from, content });
  expect(await chat.messages.get({ conversation_id: "tea", seq: 1 })).toMatchObject({ content });
});

test.each([
  "|trey|",
  "[FiDo] ",
  "a/b?c=d&e#f%2F+",
  '"quoted\\"',
  "茶\u{1F375}",
  "\u{1F375}".repeat(128),
])("an id may be %s", async (name) => {
  await using running = await startChat();
  const { chat } = running;
  const input = { conversation_id: name, user_id: name };
  const { message } = await chat.messages.send({ ...input, content: "Hello" });
  expect(message).toMatchObject(input);
  const page = await chat.messages.page({ conversation_id: name });
  expect(page.messages).toEqual([message]);
});

test.each([
  ["empty content", { content: "" }, ["content"]],
  ["too long content", { content: "x".repeat(16_385) }, ["content"]],
  ["a lone surrogate", { content: "\uD800" }, ["content"]],
  ["a short id", { id: "short" }, ["id"]],
  ["a blank sender and NUL", { user_id: " ", content: "\0" }, ["user_id", "content"]],
  ["an unknown field", { timestamp: "2020-01-01T00:00:00.000Z" }, ["timestamp"]],
])("send refuses %s and names it", async (_, wrong, paths) => {
  await using running = await startChat();
  const { chat } = running;
  const failure = await failureOf(chat.messages.send({ ...from, content: "Hello", ...wrong }));
  expect(failure).toMatchObject({ name: "ChatError", code: "validation_failed", status: 422 });
  expect(failure.issues.map(({ path }) => path)).toEqual(paths);
  expect(failure.requestId).toBeTruthy();
  expect(failure.id).toBeUndefined();
  const page = await chat.messages.page({ conversation_id: "tea" });
  expect(page.messages).toEqual([]);
});

test("get of a position that is not there is not found", async () => {
  await using running = await startChat();
  const failure = await failureOf(running.chat.messages.get({ conversation_id: "tea", seq: 1 }));
  expect(failure).toMatchObject({ code: "not_found", status: 404 });
});
