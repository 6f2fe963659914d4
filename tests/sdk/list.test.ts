import { createChatClient, type MessageListSnapshot } from "@chatnest/client";
import { expect, test } from "vitest";
import { say } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { look, lookAt, readAll, toMessages } from "./listing.ts";

const contentsOf = ({ messages }: MessageListSnapshot) => messages.map(({ content }) => content);

test("shows the newest messages, then what others say and change", async () => {
  await using server = await startServer();
  const [ada, grace] = ["ada", "grace"].map((userId) =>
    createChatClient({ url: server.url, userId }),
  );
  if (!ada || !grace) throw new Error();
  const tea = { conversation_id: "tea" };
  await ada.messages.send({ ...tea, content: "one" });
  await ada.messages.send({ ...tea, content: "two" });
  using looking = look(grace, "tea");
  await looking.untilSettled();
  expect(contentsOf(looking.now)).toEqual(["one", "two"]);
  await ada.messages.send({ ...tea, content: "three", reply_to: 1, metadata: { a: [1, null] } });
  await ada.messages.edit({ ...tea, seq: 1, content: "uno" });
  await ada.messages.delete({ ...tea, seq: 2 });
  await ada.messages.react({ ...tea, seq: 1, key: "👍🏽" });
  await grace.messages.react({ ...tea, seq: 1, key: "👍🏽" });
  await ada.messages.send({ ...tea, content: "in a thread", thread_seq: 3 });
  await looking.until(({ messages }) => messages[1]?.thread?.count === 1);
  expect(toMessages(looking.now)).toEqual(await readAll(ada, "tea"));
  expect(looking.now.messages).toMatchObject([
    { content: "uno", reactions: [{ key: "👍🏽", count: 2, user_ids: ["ada", "grace"] }] },
    { content: "three", thread: { count: 1 }, reply_to: 1, metadata: { a: [1, null] } },
    { content: "in a thread", thread_seq: 3 },
  ]);
});

test("shows own changes at once, and then as they are stored", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url, userId: "ada" });
  using looking = look(chat, "tea");
  const { list } = looking;
  await looking.untilSettled();
  const id = list.send({ content: "Helo", metadata: { n: 1 } });
  list.edit(id, { content: "Hello" });
  list.react(id, "x");
  list.react(id, "y");
  list.unreact(id, "x");
  expect(looking.now.messages).toMatchObject([
    {
      id,
      user_id: "ada",
      content: "Hello",
      seq: null,
      status: "pending",
      reactions: [{ key: "y", count: 1, user_ids: ["ada"] }],
      changes: ["send", "edit", "react", "react", "unreact"].map((kind) => ({ kind })),
    },
  ]);
  await looking.untilSettled();
  expect(looking.now.messages).toMatchObject([{ id, content: "Hello", seq: 1, changed_seq: 5 }]);
  expect(toMessages(looking.now)).toEqual(await readAll(chat, "tea"));
  list.delete(id);
  expect(looking.now.messages).toEqual([]);
  await looking.untilSettled();
  await expect.poll(() => readAll(chat, "tea")).toEqual([]);
  expect(looking.now.messages).toEqual([]);
  expect(list.edit(id, { content: "again" })).toBeDefined();
  expect(list.react("nobody", "x")).toBeUndefined();
  await expect.poll(() => list.getSnapshot().messages).toEqual([]);
});

test("keeps a message the same object until it changes, and the snapshot until anything does", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url, userId: "ada" });
  await say(server.store, "tea", 20);
  using looking = look(chat, "tea");
  const { list } = looking;
  await looking.untilSettled();
  const before = list.getSnapshot();
  expect(list.getSnapshot()).toBe(before);
  const id = before.messages[3]?.id ?? "";
  list.react(id, "x");
  const after = list.getSnapshot();
  expect(after).not.toBe(before);
  expect(list.getSnapshot()).toBe(after);
  expect(before.messages[3]).not.toHaveProperty("reactions");
  await looking.untilSettled();
  const settled = list.getSnapshot();
  const changed = settled.messages.filter((message, n) => message !== before.messages[n]);
  expect(changed.map((message) => message.id)).toEqual([id]);
  expect(looking.told.at(-1)).toBe(settled);
  for (const [n, snapshot] of looking.told.entries())
    expect(snapshot).not.toBe(looking.told[n - 1]);
});

test("loads older messages until there are none", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url, userId: "ada" });
  await say(server.store, "tea", 25);
  using looking = look(chat, "tea", { limit: 10 });
  const { list } = looking;
  await list.loadOlder();
  await looking.untilSettled();
  expect(looking.now).toMatchObject({ hasOlder: true, isLoadingOlder: false });
  const loading = list.loadOlder();
  expect(list.getSnapshot().isLoadingOlder).toBe(true);
  await Promise.all([loading, list.loadOlder()]);
  expect(looking.now.messages).toHaveLength(20);
  await list.loadOlder();
  expect(looking.now).toMatchObject({ hasOlder: false, isLoadingOlder: false });
  await list.loadOlder();
  expect(toMessages(looking.now)).toEqual(await readAll(chat, "tea"));
});

test("loads as many older messages as are asked for", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url, userId: "ada" });
  await say(server.store, "tea", 30);
  using looking = look(chat, "tea", { limit: 5 });
  await looking.untilSettled();
  await looking.list.loadOlder({ limit: 20 });
  expect(looking.now.messages).toHaveLength(25);
  await expect(looking.list.loadOlder({ limit: 0 })).rejects.toMatchObject({
    code: "validation_failed",
  });
  expect(looking.now).toMatchObject({ hasOlder: true, isLoadingOlder: false });
  await looking.list.loadOlder();
  expect(toMessages(looking.now)).toEqual(await readAll(chat, "tea"));
});

test("shows one thread, or everything but threads, and stubs where they are asked for", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url, userId: "ada" });
  const tea = { conversation_id: "tea" };
  for (const content of ["root", "other"]) await chat.messages.send({ ...tea, content });
  using thread = look(chat, "tea", { thread: 1, limit: 2 });
  using main = look(chat, "tea", { view: "main", deleted: "include" });
  await Promise.all([thread.untilSettled(), main.untilSettled()]);
  for (const content of ["a", "b", "c"]) thread.list.send({ content });
  main.list.delete(main.now.messages[1]?.id ?? "");
  expect(main.now.messages[1]).toMatchObject({ content: "", deleted_at: expect.any(String) });
  await Promise.all([thread.untilSettled(), main.untilSettled()]);
  await main.until(({ messages }) => messages[0]?.thread?.count === 3);
  expect(contentsOf(thread.now)).toEqual(["a", "b", "c"]);
  expect(thread.now.messages.every(({ thread_seq }) => thread_seq === 1)).toBe(true);
  const page = await chat.messages.page({ ...tea, view: "main", deleted: "include" });
  await expect.poll(() => toMessages(main.now)).toEqual(page.messages);
  using again = look(chat, "tea", { thread: 1, limit: 2 });
  await again.untilSettled();
  expect(contentsOf(again.now)).toEqual(["b", "c"]);
  await again.list.loadOlder();
  expect(toMessages(again.now)).toEqual(toMessages(thread.now));
});

test("is connected while it has listeners, and misses nothing in between", async () => {
  await using server = await startServer();
  const chat = createChatClient({ url: server.url, userId: "ada" });
  await say(server.store, "tea", 3);
  const list = chat.conversation("tea").messages();
  expect(list.getSnapshot()).toMatchObject({ messages: [], state: { status: "connecting" } });
  const first = lookAt(list);
  await first.untilSettled();
  first[Symbol.dispose]();
  expect(list.getSnapshot().state.status).toBe("connecting");
  await say(server.store, "tea", 30);
  await chat.messages.edit({ conversation_id: "tea", seq: 1, content: "edited" });
  list.send({ content: "from here" });
  using second = lookAt(list);
  // As React does in its strict mode.
  lookAt(list)[Symbol.dispose]();
  await second.untilSettled();
  await second.until(({ messages }) => messages.length === 34);
  expect(toMessages(second.now)).toEqual(await readAll(chat, "tea"));
  list.close();
  expect(list.getSnapshot().state).toEqual({ status: "closed" });
});

test("says why the server refuses for good", async () => {
  await using server = await startServer({ trust: "nobody" });
  using looking = look(createChatClient({ url: server.url, userId: "ada" }), "tea");
  await looking.until(({ state }) => state.status === "closed");
  expect(looking.now.state).toMatchObject({ error: { code: "unauthorized" } });
});
