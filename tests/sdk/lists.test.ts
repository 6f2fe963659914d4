import type { ChatStore } from "@chatnest/db";
import { expect, test } from "vitest";
import { append } from "../support/append.ts";
import { until } from "../support/until.ts";
import { failureOf, startChat } from "./chat.ts";
import { type Fault, startFlakyChat } from "./flaky.ts";

const conversation_id = "tea";

test("list hands out all messages, oldest first, and asks for pages as they are needed", async () => {
  await using running = await startFlakyChat([]);
  await fill(running.server.store, 450);
  const seqs: number[] = [];
  const pages: number[] = [];
  for await (const { seq } of running.chat.messages.list({ conversation_id })) {
    seqs.push(seq);
    pages.push(running.asked.length);
  }
  expect(seqs).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
  expect([pages[0], pages[199], pages[200], pages[449]]).toEqual([1, 1, 2, 3]);
  expect(running.asked).toHaveLength(3);
});

test("list of a range hands out the range", async () => {
  await using running = await startChat();
  await fill(running.server.store, 9);
  const seqs: number[] = [];
  const range = { conversation_id, after: 2, before: 6 };
  for await (const { seq } of running.chat.messages.list(range)) seqs.push(seq);
  expect(seqs).toEqual([3, 4, 5]);
});

test("list of what nobody said is empty", async () => {
  await using running = await startChat();
  const { messages, notes, conversations } = running.chat;
  expect(await collect(messages.list({ conversation_id }))).toEqual([]);
  expect(await collect(notes.list({ user_id: "ada" }))).toEqual([]);
  expect(await collect(conversations.list({ user_id: "ada" }))).toEqual([]);
});

test("list asks for no more pages than are read", async () => {
  await using running = await startFlakyChat([]);
  await fill(running.server.store, 450);
  const list = running.chat.messages.list({ conversation_id });
  expect(running.asked).toEqual([]);
  for await (const { seq } of list) if (seq === 5) break;
  expect(running.asked).toHaveLength(1);
});

test("list is not ended by what passes", async () => {
  const faults: Fault[] = ["cut", "pass", { status: 503 }, "lose", "pass"];
  await using running = await startFlakyChat(faults);
  await fill(running.server.store, 450);
  const messages = await collect(running.chat.messages.list({ conversation_id }));
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
});

test("list throws what does not pass, between two pages too", async () => {
  await using running = await startFlakyChat(["pass", { status: 403 }]);
  await fill(running.server.store, 450);
  let count = 0;
  const reading = (async () => {
    for await (const _ of running.chat.messages.list({ conversation_id })) count++;
  })();
  expect(await failureOf(reading)).toMatchObject({ status: 403 });
  expect(count).toBe(200);
});

test("a signal ends a list", async () => {
  await using running = await startFlakyChat([]);
  await fill(running.server.store, 450);
  const controller = new AbortController();
  const { signal } = controller;
  const reading = (async () => {
    for await (const _ of running.chat.messages.list({ conversation_id }, { signal })) {
      controller.abort();
    }
  })();
  expect(await failureOf(reading)).toMatchObject({ code: "aborted" });
  expect(running.asked).toHaveLength(1);
});

test("a list is left at once, also while it waits for a page", async () => {
  await using running = await startFlakyChat(["pass", "hang"]);
  await fill(running.server.store, 201);
  const list = running.chat.messages.list({ conversation_id })[Symbol.asyncIterator]();
  for (let seq = 1; seq <= 200; seq++) expect((await list.next()).value).toMatchObject({ seq });
  const waiting = list.next();
  await until(() => running.asked.length === 2, { timeoutMs: 5_000, what: "a page is asked for" });
  expect(await list.return?.()).toEqual({ done: true, value: undefined });
  expect(await waiting).toEqual({ done: true, value: undefined });
});

test("notes are listed as messages are", async () => {
  await using running = await startChat();
  const { notes } = running.chat;
  for (const content of ["one", "two", "three"]) await notes.send({ user_id: "ada", content });
  const list = await collect(notes.list({ user_id: "ada", after: 1 }));
  expect(list.map(({ content }) => content)).toEqual(["two", "three"]);
});

test.each([[undefined], [0], [1], [1_000]])(
  "an inbox is listed whole, with %s messages each",
  async (messages) => {
    await using running = await startChat();
    const { store } = running.server;
    const ids = Array.from({ length: 210 }, (_, n) => `conversation ${n}`);
    for (const id of ids) await store.conversations.create({ id, user_ids: ["ada"] });
    const inbox = running.chat.conversations.list({ user_id: "ada", messages });
    const found = (await collect(inbox)).map(({ id }) => id);
    expect(found.toSorted()).toEqual(ids.toSorted());
  },
);

async function collect<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

async function fill(store: ChatStore, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, n) =>
      append(store, { id: `message-${n}`, conversation_id, user_id: "ada", content: `${n}` }),
    ),
  );
}
