import { randomUUID } from "node:crypto";
import { createChatClient } from "@chatnest/client";
import type { NewEntry } from "@chatnest/db";
import { expect, test } from "vitest";
import { startServer as startProcess } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { say } from "../support/live.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { look, lookAt, toMessages } from "./listing.ts";
import { MoodyNetwork } from "./moody-network.ts";

const conversation_id = "tea";
const page = { conversation_id, limit: 1_000 };

/** Starts a server, and a client whose network can be taken away. */
async function startMoody() {
  const server = await startServer();
  const network = new MoodyNetwork();
  const chat = createChatClient({
    url: server.url,
    userId: "ada",
    fetch: network.fetch as unknown as typeof fetch,
    retry: { tries: 2, baseMs: 1, maxMs: 2 },
  });
  return { server, network, chat, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Writes entries of all kinds about the first messages of a log, and new ones. */
async function writeMixed({ store }: TestServer, count: number): Promise<void> {
  const entries = Array.from({ length: count }, (_, n): NewEntry => {
    const entry = { id: randomUUID(), user_id: `user-${n % 7}`, conversation_id };
    const target_seq = 1 + (n % 97);
    if (n % 10 === 0) return { ...entry, kind: "message", content: `new ${n}` };
    if (n % 10 < 4) return { ...entry, kind: "edit", target_seq, content: `edited ${n}` };
    if (n % 500 === 9) return { ...entry, kind: "deletion", target_seq };
    const added = n % 20 < 10;
    return { ...entry, kind: "reaction", target_seq, key: `key-${n % 5}`, added };
  });
  // What is about a message that is deleted by then is refused.
  for (const entry of entries) await store.log.append(entry).catch(() => {});
}

test("reads the newest page after 10,000 mixed entries that it missed, and goes on from there", {
  timeout: 60_000,
}, async () => {
  await using moody = await startMoody();
  const { server, network, chat } = moody;
  await say(server.store, conversation_id, 100);
  using looking = look(chat, conversation_id, { limit: 100 });
  await looking.untilSettled();
  network.goAway();
  await writeMixed(server, 10_000);
  network.comeBack();
  await looking.until(({ messages }) => (messages.at(-1)?.seq ?? 0) > 100);
  await looking.untilSettled();
  expect(network.asked.filter((path) => path.includes("messages.page"))).toHaveLength(2);
  const newest = await chat.messages.page({ conversation_id, limit: 100 });
  expect(toMessages(looking.now)).toEqual(newest.messages);
  while (looking.now.hasOlder) await looking.list.loadOlder();
  const all = [];
  for await (const message of chat.messages.list({ conversation_id })) all.push(message);
  expect(toMessages(looking.now)).toEqual(all);
});

test("reads on in the log where it missed less, and reads no page again", async () => {
  await using moody = await startMoody();
  const { server, network, chat } = moody;
  await say(server.store, conversation_id, 100);
  using looking = look(chat, conversation_id, { limit: 100 });
  await looking.untilSettled();
  network.goAway();
  await writeMixed(server, 900);
  network.comeBack();
  const pagesBefore = network.asked.filter((path) => path.includes("messages.page")).length;
  await looking.until(({ messages }) => messages.at(-1)?.content === "new 890");
  await looking.untilSettled();
  const { messages } = await chat.messages.page(page);
  await expect.poll(() => toMessages(looking.now)).toEqual(messages);
  const pages = network.asked.filter((path) => path.includes("messages.page")).length;
  expect(pages - pagesBefore).toBe(1);
});

test("an edit, a reaction and a message that failed are made once they are tried again", async () => {
  await using moody = await startMoody();
  const { network, chat } = moody;
  const { message } = await chat.messages.send({ conversation_id, content: "Helo" });
  using looking = look(chat, conversation_id);
  const { list } = looking;
  await looking.untilSettled();
  network.goAway();
  list.edit(message.id, { content: "Hello" });
  list.react(message.id, "x");
  const sent = list.send({ content: "Tea?" });
  list.edit(sent, { content: "Coffee?" });
  const lost = list.send({ content: "Biscuits?" });
  const isFailed = (n: number) =>
    looking.until(({ messages }) => messages.filter((m) => m.status === "failed").length === n);
  await isFailed(3);
  expect(looking.now.messages).toMatchObject([
    { content: "Hello", reactions: [{ key: "x", count: 1, user_ids: ["ada"] }] },
    { content: "Coffee?", seq: null, changes: [{ kind: "send" }, { kind: "edit" }] },
    { content: "Biscuits?" },
  ]);
  const [edit] = looking.now.messages[0]?.changes ?? [];
  expect(edit).toMatchObject({ kind: "edit", status: "failed", error: { code: "network" } });
  // Whose answers are lost, though they are made.
  network.comeBack();
  network.fates = ["unanswered", "unanswered"].values() as Iterator<"unanswered">;
  list.retry(sent);
  list.discard(lost);
  list.retry(edit?.id ?? "");
  await looking.until(({ messages }) => messages.at(-1)?.seq === 2);
  expect(looking.now.messages).toHaveLength(2);
  list.retry(message.id);
  await looking.untilSettled();
  const { messages } = await chat.messages.page(page);
  await expect.poll(() => toMessages(looking.now)).toEqual(messages);
  expect(messages).toMatchObject([
    { content: "Hello", reactions: [{ key: "x" }] },
    { content: "Coffee?" },
  ]);
  // Each is in the log once.
  const kinds = [];
  for await (const { kind } of chat.messages.log({ conversation_id })) kinds.push(kind);
  expect(kinds.toSorted()).toEqual(["edit", "edit", "message", "message", "reaction"]);
});

test("what is changed while a page loads is not lost", async () => {
  await using moody = await startMoody();
  const { server, network, chat } = moody;
  await say(server.store, conversation_id, 10);
  const others = createChatClient({ url: server.url, userId: "bob" });
  using looking = look(chat, conversation_id, { limit: 5 });
  await looking.untilSettled();
  const change = async (seq: number) => {
    const target = { conversation_id, seq };
    await others.messages.edit({ ...target, content: `edited ${seq}` });
    await others.messages.react({ ...target, key: "x" });
    await others.messages.delete({ ...target, seq: seq + 1 });
    return (await others.messages.send({ conversation_id, content: "new" })).message.seq;
  };
  // The page is read, and on its way while others change it.
  const arrive = network.holdAnswer("messages.page");
  const loading = looking.list.loadOlder();
  await arrive.asked;
  const seq = await change(2);
  await looking.until(({ messages }) => messages.at(-1)?.seq === seq);
  arrive.letGo();
  await loading;
  const { messages } = await chat.messages.page(page);
  expect(toMessages(looking.now)).toEqual(messages);
  // The first page, too.
  const first = network.holdAnswer("messages.page");
  using another = look(chat, conversation_id, { limit: 20 });
  await first.asked;
  const next = await change(4);
  await looking.until(({ messages: shown }) => shown.at(-1)?.seq === next);
  first.letGo();
  await another.until(({ messages: shown }) => shown.at(-1)?.seq === next);
  const now = await chat.messages.page(page);
  expect(toMessages(another.now)).toEqual(now.messages);
});

test("what is confirmed while the newest page fails to load is not pending for ever", async () => {
  await using moody = await startMoody();
  const { server, network } = moody;
  const options = { url: server.url, userId: "ada", retry: false } as const;
  const chat = createChatClient({ ...options, fetch: network.fetch as unknown as typeof fetch });
  await say(server.store, conversation_id, 10);
  let looking = look(chat, conversation_id);
  const { list } = looking;
  await looking.untilSettled();
  looking[Symbol.dispose]();
  for (let n = 0; n < 1_100; n++) {
    const reaction = { id: randomUUID(), user_id: "bob", conversation_id, target_seq: 1, key: "x" };
    await server.store.log.append({ kind: "reaction", ...reaction, added: n % 2 === 0 });
  }
  const page = network.holdAnswer("messages.page");
  looking = lookAt(list);
  await page.asked;
  const id = looking.now.messages[9]?.id ?? "";
  list.edit(id, { content: "edited" });
  const others = createChatClient(options);
  const read = () => others.messages.get({ conversation_id, seq: 10 });
  await expect.poll(async () => (await read()).content).toBe("edited");
  await others.messages.send({ conversation_id, content: "later" });
  page.lose();
  await looking.untilSettled();
  const { messages } = await others.messages.page({ conversation_id });
  await expect.poll(() => toMessages(looking.now)).toEqual(messages);
  looking[Symbol.dispose]();
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "is exact after a %s and a start of the server",
  async (signal) => {
    await using folder = await newFolder();
    const { path: cwd } = folder;
    const first = await startProcess({ cwd });
    const chat = createChatClient({ url: first.url, userId: "ada" });
    using looking = look(chat, conversation_id, { limit: 1_000 });
    const { list } = looking;
    await looking.untilSettled();
    const ids = Array.from({ length: 40 }, (_, n) => list.send({ content: `message ${n}` }));
    for (const [n, id] of ids.entries()) {
      if (n % 3 === 0) list.edit(id, { content: `edited ${n}` });
      if (n % 3 === 1) list.react(id, "x");
      if (n % 10 === 5) list.delete(id);
    }
    await looking.until(({ messages }) => messages.filter(({ seq }) => seq !== null).length > 10);
    await first.stop(signal);
    await using _second = await startProcess({ cwd, env: { PORT: String(first.port) } });
    await looking.untilSettled(60_000);
    await looking.until(({ messages }) => messages.length === 36);
    const { messages } = await chat.messages.page(page);
    await expect.poll(() => toMessages(looking.now)).toEqual(messages);
    const contents = messages.map(({ content }) => Number(content.split(" ")[1]));
    expect(contents).toEqual(ids.map((_, n) => n).filter((n) => n % 10 !== 5));
  },
  90_000,
);
