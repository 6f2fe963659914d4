import type { ChatClient, Message, MessagePage } from "@chatnest/client";
import { expect, test } from "vitest";
import { failureOf, startChat } from "./chat.ts";

const conversation_id = "tea";

test("an empty history is one empty page without neighbours", async () => {
  await using running = await startChat();
  const page = await running.chat.messages.page({ conversation_id });
  expect(page).toEqual({ messages: [], prev: null, next: null });
});

test("next walks from the beginning to the end", async () => {
  await using running = await startChat();
  const { chat } = running;
  const sent = await say(chat, 7);
  const first = await chat.messages.page({ conversation_id, after: 0, limit: 3 });
  expect(first.prev).toBeNull();
  expect(await walk(first, "next")).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect(first.messages).toEqual(sent.slice(0, 3));
});

test("prev walks from the newest to the beginning", async () => {
  await using running = await startChat();
  const { chat } = running;
  await say(chat, 7);
  const newest = await chat.messages.page({ conversation_id, limit: 3 });
  expect(newest.next).toBeNull();
  expect(await walk(newest, "prev")).toEqual([[5, 6, 7], [2, 3, 4], [1]]);
});

test("prev turns round in the middle of a walk by next", async () => {
  await using running = await startChat();
  const { chat } = running;
  await say(chat, 7);
  const middle = await chat.messages.page({ conversation_id, after: 3, limit: 2 });
  expect(seqs(middle)).toEqual([4, 5]);
  const before = await middle.prev?.();
  expect(before && seqs(before)).toEqual([2, 3]);
  const again = await before?.next?.();
  expect(again && seqs(again)).toEqual([4, 5]);
});

test("a range ends where it was asked to end", async () => {
  await using running = await startChat();
  const { chat } = running;
  await say(chat, 9);
  const range = await chat.messages.page({ conversation_id, after: 2, before: 8, limit: 2 });
  expect(await walk(range, "next")).toEqual([[3, 4], [5, 6], [7]]);
});

test("a page reader takes a signal of its own", async () => {
  await using running = await startChat();
  const { chat } = running;
  await say(chat, 2);
  const page = await chat.messages.page({ conversation_id, limit: 1 });
  const failure = await failureOf(
    page.prev?.({ signal: AbortSignal.abort() }) ?? Promise.resolve(),
  );
  expect(failure.code).toBe("aborted");
});

test.each([0, 1_001, 1.5, Number.NaN])("a page of %d is refused", async (limit) => {
  await using running = await startChat();
  const failure = await failureOf(running.chat.messages.page({ conversation_id, limit }));
  expect(failure).toMatchObject({ code: "validation_failed", issues: [{ path: "limit" }] });
});

test("notes have pages of their own, though a conversation is named like the user", async () => {
  await using running = await startChat();
  const { chat } = running;
  await say(chat, 2);
  const { message: first } = await chat.notes.send({ user_id: "tea", content: "one" });
  const { message: second } = await chat.notes.send({ user_id: "tea", content: "two" });
  const newest = await chat.notes.page({ user_id: "tea", limit: 1 });
  expect(newest.messages).toEqual([second]);
  expect((await newest.prev?.())?.messages).toEqual([first]);
  expect(await chat.notes.get({ user_id: "tea", seq: 1 })).toEqual(first);
});

test("a note that is not there is not found, and one without text is refused", async () => {
  await using running = await startChat();
  const { notes } = running.chat;
  expect(await failureOf(notes.get({ user_id: "ada", seq: 1 }))).toMatchObject({
    code: "not_found",
  });
  expect(await failureOf(notes.send({ user_id: "ada", content: "" }))).toMatchObject({
    code: "validation_failed",
    issues: [{ path: "content" }],
  });
});

async function say(chat: ChatClient, count: number): Promise<Message[]> {
  const sent: Message[] = [];
  for (let n = 1; n <= count; n++) {
    const input = { conversation_id, user_id: "ada", content: `message ${n}` };
    sent.push((await chat.messages.send(input)).message);
  }
  return sent;
}

async function walk(start: MessagePage, direction: "next" | "prev"): Promise<number[][]> {
  const pages: number[][] = [];
  for (let page: MessagePage | undefined = start; page; page = await page[direction]?.()) {
    pages.push(seqs(page));
  }
  return pages;
}

function seqs(page: MessagePage): number[] {
  return page.messages.map(({ seq }) => seq);
}
