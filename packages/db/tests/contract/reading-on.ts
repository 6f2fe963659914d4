import { expect, it } from "vitest";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, noteStream } from "../../src/stream.ts";
import { appendAll, seqsOf } from "../log.ts";
import { newMessages, unique, upTo } from "../make.ts";

/** Reading on behind a position, and the log itself. */
export function readingOnContract(store: () => ChatStore): void {
  it.each([
    ["some of it", { after: 2, limit: 3 }, { seqs: [3, 4, 5], read_to: 5 }],
    ["exactly the rest", { after: 7, limit: 3 }, { seqs: [8, 9, 10], read_to: 10 }],
    ["more than there is", { after: 7, limit: 4 }, { seqs: [8, 9, 10], read_to: 10 }],
    ["nothing at the end", { after: 10, limit: 4 }, { seqs: [], read_to: 10 }],
    ["nothing beyond the end", { after: 99, limit: 4 }, { seqs: [], read_to: 99 }],
    ["a range", { after: 2, before: 6, limit: 9 }, { seqs: [3, 4, 5], read_to: 5 }],
    ["part of a range", { after: 2, before: 6, limit: 2 }, { seqs: [3, 4], read_to: 4 }],
    [
      "a range that goes on beyond the end",
      { after: 8, before: 50, limit: 9 },
      { seqs: [9, 10], read_to: 10 },
    ],
    ["an inverted range", { after: 6, before: 3, limit: 9 }, { seqs: [], read_to: 6 }],
  ])("reads %s, and tells how far", async (_, range, { seqs, read_to }) => {
    const stream = await newLog(store(), 10);
    const { messages, ...told } = await store().messages.readOn(stream, range);
    expect([seqsOf(messages), told]).toEqual([seqs, { read_to }]);
  });

  it("reads nothing of an empty log", async () => {
    const range = { after: 0, limit: 10 };
    const nothing = { messages: [], read_to: 0 };
    expect(await store().messages.readOn(noteStream(unique("ann")), range)).toEqual(nothing);
  });

  it("tells of nothing that it did not read while others write", async () => {
    const conversation_id = unique("room");
    const stream = conversationStream(conversation_id);
    const writing = appendAll(store(), newMessages(400, { conversation_id }));
    const seqs: number[] = [];
    let after = 0;
    while (after < 400) {
      const { messages, read_to } = await store().messages.readOn(stream, { after, limit: 7 });
      seqs.push(...seqsOf(messages));
      expect(read_to).toBe(messages.at(-1)?.seq ?? after);
      after = read_to;
      if (messages.length === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    expect(seqs).toEqual(upTo(400));
  });

  it("shows messages as entries of their log", async () => {
    const stream = await newLog(store(), 5);
    const range = { after: 1, before: 5, limit: 10, from: "oldest" } as const;
    const messages = await store().messages.page(stream, range);
    const entries = await store().log.page(stream, range);
    expect(entries).toEqual(messages.map((message) => ({ kind: "message", ...message })));
  });
}

async function newLog(store: ChatStore, length: number) {
  const conversation_id = unique("room");
  await appendAll(store, newMessages(length, { conversation_id }));
  return conversationStream(conversation_id);
}
