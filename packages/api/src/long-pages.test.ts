import { randomUUID } from "node:crypto";
import { contentLengthMax, openSqliteStore, pageLengthMax } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import { createCaller } from "./root.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

/** How many messages of the greatest length a page has. */
const fitting = pageLengthMax / contentLengthMax;
const count = 2 * fitting + 5;

describe("pages of long messages", () => {
  it("lead back to the oldest message", async () => {
    const conversation_id = await talk(count);
    const pages = [await api.messages.page({ conversation_id, limit: 1_000 })];
    for (let prev = pages[0]?.prev; prev; prev = pages[0]?.prev) {
      pages.unshift(await api.messages.page({ conversation_id, limit: 1_000, ...prev }));
    }
    expect(pages.map(({ messages }) => messages.length)).toEqual([5, fitting, fitting]);
    expect(pages.flatMap(({ messages }) => seqsOf(messages))).toEqual(upTo(count));
    expect(pages.map(({ next }) => next)).toEqual([{ after: 5 }, { after: fitting + 5 }, null]);
  });

  it("lead on to the newest message, and tell how far they go", async () => {
    const conversation_id = await talk(count);
    const range = { conversation_id, limit: 1_000, after: 0 };
    const pages = [await api.messages.page(range)];
    for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) {
      pages.push(await api.messages.page({ ...range, ...next }));
    }
    expect(pages.map(({ messages }) => messages.length)).toEqual([fitting, fitting, 5]);
    expect(pages.flatMap(({ messages }) => seqsOf(messages))).toEqual(upTo(count));
    expect(pages.map(({ read_to }) => read_to)).toEqual([fitting, 2 * fitting, count]);
    expect(pages[1]?.prev).toEqual({ before: fitting + 1 });
  });

  it("stay in their range", async () => {
    const conversation_id = await talk(count);
    const before = fitting + 3;
    const first = await api.messages.page({ conversation_id, limit: 1_000, after: 0, before });
    expect(first.next).toEqual({ after: fitting, before });
    const rest = await api.messages.page({ conversation_id, limit: 1_000, ...first.next });
    expect([seqsOf(rest.messages), rest.next]).toEqual([[fitting + 1, fitting + 2], null]);
  });

  it("have no next page when exactly all fits", async () => {
    const conversation_id = await talk(fitting);
    const page = await api.messages.page({ conversation_id, limit: 1_000 });
    expect([page.messages.length, page.prev, page.next]).toEqual([fitting, null, null]);
    const log = await api.log.page({ conversation_id, limit: 1_000 });
    expect([log.entries.length, log.next]).toEqual([fitting, null]);
  });

  it("of a log lead on to its head", async () => {
    const conversation_id = await talk(fitting + 1);
    const first = await api.log.page({ conversation_id, limit: 1_000 });
    expect([first.entries.length, first.next]).toEqual([fitting, { after: fitting }]);
    const rest = await api.log.page({ conversation_id, limit: 1_000, ...first.next });
    expect([seqsOf(rest.entries), rest.next]).toEqual([[fitting + 1], null]);
  });

  it("of a thread and of notes end early, too", async () => {
    const conversation_id = await talk(1);
    const content = "x".repeat(contentLengthMax);
    const user_id = randomUUID();
    for (let n = 0; n <= fitting; n++) {
      await api.messages.send({ user_id, content, conversation_id, thread_seq: 1 });
      await api.notes.send({ user_id, content });
    }
    const replies = await api.messages.replies({ conversation_id, seq: 1, limit: 1_000 });
    expect([replies.messages.length, replies.prev]).toEqual([fitting, { before: 3 }]);
    const notes = await api.notes.page({ user_id, limit: 1_000, after: 0 });
    expect([notes.messages.length, notes.next]).toEqual([fitting, { after: fitting }]);
  });
});

describe("an inbox of long messages", () => {
  it("read in pages and as a stream has every conversation once", async () => {
    const user_id = randomUUID();
    const rooms: string[] = [];
    for (let n = 0; n < 9; n++) rooms.unshift(await talk(20, user_id));
    const pages = [await api.conversations.page({ user_id, limit: 7 })];
    for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) {
      pages.push(await api.conversations.page({ user_id, limit: 7, ...next }));
    }
    expect(pages.map(({ conversations }) => conversations.length)).toEqual([3, 3, 3]);
    const paged = pages.flatMap(({ conversations }) => conversations);
    expect(paged.map(({ id }) => id)).toEqual(rooms);
    for (const { messages } of paged) expect(seqsOf(messages)).toEqual(upTo(20));
    const streamed = [];
    for await (const room of await api.conversations.all({ user_id })) streamed.push(room);
    expect(streamed).toEqual(paged);
  });

  it("has a conversation that fills a page by itself, with its newest messages", async () => {
    const user_id = randomUUID();
    const rooms = [await talk(count, user_id), await talk(count, user_id)].reverse();
    const first = await api.conversations.page({ user_id, limit: 5, messages: 1_000 });
    const rest = await api.conversations.page({
      user_id,
      limit: 5,
      messages: 1_000,
      cursor: first.next?.cursor,
    });
    const shown = [first, rest].flatMap(({ conversations }) => conversations);
    expect(shown.map(({ id }) => id)).toEqual(rooms);
    for (const { messages } of shown) expect(seqsOf(messages)).toEqual(upTo(count).slice(-fitting));
    expect(rest.next).toBeNull();
  });
});

/** Makes a conversation of messages of the greatest length. */
async function talk(length: number, user_id = "alice"): Promise<string> {
  const conversation_id = randomUUID();
  const content = "x".repeat(contentLengthMax);
  for (let n = 0; n < length; n++) await api.messages.send({ user_id, content, conversation_id });
  return conversation_id;
}

function seqsOf(items: readonly { seq: number }[]): number[] {
  return items.map(({ seq }) => seq);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
