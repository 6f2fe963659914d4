import { type ChatError, createChatClient, isChatError, type Message } from "@chatnest/client";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { failureOf } from "./chat.ts";
import { type Fault, startFlaky, startFlakyChat } from "./flaky.ts";

const from = { user_id: "ada", conversation_id: "tea" };
const uuid = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;

test("a send whose answer was lost is stored once, and answered as before", async () => {
  await using running = await startFlakyChat(["lose", { status: 504 }, "lose"]);
  const { message, created } = await running.chat.messages.send({ ...from, content: "Hello" });
  expect(message).toMatchObject({ content: "Hello", seq: 1, id: expect.stringMatching(uuid) });
  expect(created).toBe(false);
  const { messages } = await running.chat.messages.page({ conversation_id: "tea" });
  expect(messages).toEqual([message]);
});

test.each([300_000, -300_000])(
  "a send is repeated though the clock has gone %d ms meanwhile",
  async (ms) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      await using server = await startServer();
      await using proxy = await startFlaky(server.url, (_, index): Fault => {
        if (index > 0) return "pass";
        vi.setSystemTime(Date.now() + ms);
        return "cut";
      });
      const { messages } = createChatClient({ url: proxy.url, retry: { baseMs: 1 } });
      const { message } = await messages.send({ ...from, content: "Hello" });
      expect(await messagesOf(server, "tea")).toEqual([message]);
      expect(proxy.asked).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  },
);

test("sends of a conversation are stored in the order of the calls, whatever happens to each try", async () => {
  const faults = fc.array(
    fc.constantFrom<Fault>("pass", "pass", "cut", "lose", { status: 503 }, { status: 429 }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(faults, async (script) => {
      await using running = await startFlakyChat(script, {
        retry: { tries: 40, baseMs: 1, maxMs: 1 },
      });
      const contents = Array.from({ length: 8 }, (_, n) => `message ${n}`);
      const sent = await Promise.all(
        contents.map((content) => running.chat.messages.send({ ...from, content })),
      );
      expect(sent.map(({ message }) => message.content)).toEqual(contents);
      expect(sent.map(({ message }) => message.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      const messages = await messagesOf(running.server, "tea");
      expect(messages).toEqual(sent.map(({ message }) => message));
    }),
    { numRuns: 30 },
  );
});

test("what a send says of its outcome is true, whatever happens to each try", async () => {
  const faults = fc.array(
    fc.constantFrom<Fault>(
      "pass",
      "cut",
      "lose",
      { status: 502 },
      { status: 429 },
      { status: 401, code: "unauthorized" },
      { status: 403 },
    ),
    { minLength: 12, maxLength: 24 },
  );
  await fc.assert(
    fc.asyncProperty(faults, async (script) => {
      const retry = { tries: 2, baseMs: 1, maxMs: 1 };
      await using running = await startFlakyChat(script, { retry });
      const { messages } = running.chat;
      const inputs = Array.from({ length: 8 }, (_, n) => ({
        ...from,
        id: `message-${n}`,
        content: `${n}`,
      }));
      const outcomes = await Promise.all(
        inputs.map((input) => messages.send(input).catch((error: ChatError) => error)),
      );
      const stored = await messagesOf(running.server, "tea");
      for (const [n, outcome] of outcomes.entries()) {
        const found = stored.filter(({ id }) => id === inputs[n]?.id);
        if (!isChatError(outcome)) expect(found).toEqual([outcome.message]);
        else if (outcome.id === undefined) expect(found).toEqual([]);
        else expect(found.length).toBeLessThanOrEqual(1);
      }
      // The proxy delays nothing, so here even what is unknown is in its place.
      expect(stored.map(({ id }) => id)).toEqual(stored.map(({ id }) => id).toSorted());
    }),
    { numRuns: 40 },
  );
});

test("notes keep their order too, by whichever call they are sent", async () => {
  await using running = await startFlakyChat(["cut", "pass", { status: 503 }]);
  const { messages, notes } = running.chat;
  const sent = await Promise.all([
    notes.send({ user_id: "ada", content: "one" }),
    messages.send({ user_id: "ada", content: "two" }),
    notes.send({ user_id: "ada", content: "three" }),
  ]);
  expect(sent.map(({ message }) => message.seq)).toEqual([1, 2, 3]);
});

test("one conversation does not wait for another, nor for notes", async () => {
  await using running = await startFlakyChat(["hang"]);
  const { messages, notes } = running.chat;
  const controller = new AbortController();
  const stuck = failureOf(
    messages.send({ ...from, content: "stuck" }, { signal: controller.signal }),
  );
  await messages.send({ ...from, conversation_id: "coffee", content: "Hello" });
  await notes.send({ user_id: "tea", content: "Buy tea" });
  controller.abort();
  expect(await stuck).toMatchObject({ code: "aborted", id: expect.stringMatching(uuid) });
});

test("a send that is refused does not stop the next ones", async () => {
  await using running = await startFlakyChat([]);
  const { messages } = running.chat;
  const refused = failureOf(messages.send({ ...from, content: "" }));
  const next = messages.send({ ...from, content: "Hello" });
  expect(await refused).toMatchObject({ code: "validation_failed", id: undefined });
  expect((await next).message.seq).toBe(1);
});

test("a send that is aborted while it waits leaves at once, and is known not to be stored", async () => {
  await using running = await startFlakyChat(["hang"]);
  const { messages } = running.chat;
  const first = new AbortController();
  const second = new AbortController();
  const stuck = failureOf(messages.send({ ...from, content: "1" }, { signal: first.signal }));
  const waiting = failureOf(messages.send({ ...from, content: "2" }, { signal: second.signal }));
  const last = messages.send({ ...from, content: "3" });
  second.abort();
  expect(await waiting).toMatchObject({ code: "aborted", id: undefined });
  await until(() => running.asked.length > 0, { timeoutMs: 5_000, what: "the first was sent" });
  first.abort();
  expect(await stuck).toMatchObject({ code: "aborted", id: expect.stringMatching(uuid) });
  expect((await last).message).toMatchObject({ content: "3", seq: 1 });
  expect(running.asked).toHaveLength(2);
});

test("a send whose time ends while it waits is known not to be stored", async () => {
  await using running = await startFlakyChat(["hang", "hang"]);
  const { messages } = running.chat;
  const stuck = failureOf(messages.send({ ...from, content: "1" }, { timeoutMs: 400 }));
  const waiting = await failureOf(messages.send({ ...from, content: "2" }, { timeoutMs: 20 }));
  expect(waiting).toMatchObject({ code: "timeout", id: undefined });
  expect(await stuck).toMatchObject({ code: "timeout", id: expect.stringMatching(uuid) });
});

test.each<[string, Fault[], object]>([
  ["cut off", ["cut"], { code: "network", id: "greeting-1" }],
  ["turned away by a proxy", [{ status: 502 }], { code: "unavailable", id: "greeting-1" }],
  ["limited", [{ status: 429 }], { code: "too_many_requests", id: undefined }],
  ["cut off, then limited", ["cut", { status: 429 }], { id: "greeting-1" }],
])("a send that was %s says whether it may be stored", async (_, faults, expected) => {
  await using running = await startFlakyChat(faults, {
    retry: { tries: faults.length, baseMs: 1 },
  });
  const failure = failureOf(
    running.chat.messages.send({ ...from, id: "greeting-1", content: "Hello" }),
  );
  expect(await failure).toMatchObject(expected);
});

test("a conflict settles what was unknown before", async () => {
  await using running = await startFlakyChat(["pass", "cut"]);
  const { messages } = running.chat;
  await messages.send({ ...from, id: "greeting-1", content: "Hello" });
  const failure = await failureOf(messages.send({ ...from, id: "greeting-1", content: "Bye" }));
  expect(failure).toMatchObject({ code: "conflict", id: undefined });
});

test("what is changed in an input after the call is not sent", async () => {
  await using running = await startFlakyChat([{ status: 503 }]);
  const input = { ...from, content: "Hello" };
  const sending = running.chat.messages.send(input);
  input.content = "Goodbye";
  expect((await sending).message.content).toBe("Hello");
});

test("the id is the same in every try", async () => {
  await using proxy = await startFlaky("", () => ({ status: 503 }));
  const chat = createChatClient({ url: proxy.url, retry: { tries: 4, baseMs: 1 } });
  const { id } = await failureOf(chat.messages.send({ ...from, content: "Hello" }));
  expect(id).toMatch(uuid);
  expect(proxy.asked.map(({ body }) => JSON.parse(String(body)).id)).toEqual([id, id, id, id]);
});

async function messagesOf({ url }: TestServer, conversation_id: string): Promise<Message[]> {
  const { messages } = createChatClient({ url });
  return (await messages.page({ conversation_id })).messages;
}
