import { createChatClient } from "@chatnest/client";
import { expect, test } from "vitest";
import { failureOf, startChat } from "./chat.ts";
import { startHttp } from "./http.ts";

const greeting = { id: "greeting-1", conversation_id: "tea", user_id: "ada", content: "Hello" };

test("a signal that is aborted already ends every call before it starts", async () => {
  await using running = await startChat();
  const { messages, conversations, notes } = running.chat;
  const options = { signal: AbortSignal.abort() };
  const tea = { conversation_id: "tea" };
  for (const call of [
    messages.send(greeting, options),
    messages.page(tea, options),
    messages.get({ ...tea, seq: 1 }, options),
    conversations.create({ user_ids: ["ada"] }, options),
    conversations.get(tea, options),
    conversations.page({ user_id: "ada" }, options),
    conversations.addMember({ ...tea, user_id: "ada" }, options),
    conversations.removeMember({ ...tea, user_id: "ada" }, options),
    notes.send({ user_id: "ada", content: "Buy tea" }, options),
    notes.page({ user_id: "ada" }, options),
    notes.get({ user_id: "ada", seq: 1 }, options),
  ]) {
    expect(await failureOf(call)).toMatchObject({ code: "aborted", id: undefined });
  }
  expect(running.server.log).toEqual([]);
});

test("an abort on the way ends the call with its reason, and a send's outcome is unknown", async () => {
  const asked = Promise.withResolvers<void>();
  await using silent = await startHttp(() => asked.resolve());
  const { messages } = createChatClient({ url: silent.url });
  const controller = new AbortController();
  const reason = new Error("the page was left");
  const call = failureOf(messages.send(greeting, { signal: controller.signal }));
  await asked.promise;
  controller.abort(reason);
  expect(await call).toMatchObject({ code: "aborted", status: undefined, id: greeting.id });
  expect((await call).cause).toBe(reason);
});

test("a signal of AbortSignal.timeout() ends the call as a timeout", async () => {
  await using silent = await startHttp(() => undefined);
  const { messages } = createChatClient({ url: silent.url });
  const signal = AbortSignal.timeout(20);
  const failure = await failureOf(messages.page({ conversation_id: "tea" }, { signal }));
  expect(failure).toMatchObject({ code: "timeout", status: undefined });
});

test("an abort after the answer changes nothing", async () => {
  await using running = await startChat();
  const controller = new AbortController();
  const { signal } = controller;
  const { message } = await running.chat.messages.send(greeting, { signal });
  controller.abort();
  expect(message.seq).toBe(1);
});
