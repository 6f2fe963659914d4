import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { createContext, trustedCaller } from "../context.ts";
import { createCaller, type RouterInputs } from "../root.ts";
import type { MessagePage } from "../schemas/messages.ts";

type Bounds = Omit<RouterInputs["messages"]["page"], "conversation_id">;
type Neighbours = Pick<MessagePage, "prev" | "next">;

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

describe("pages of messages", () => {
  it.each<[string, Bounds, Neighbours & { seqs: number[] }]>([
    ["the newest", {}, { seqs: upTo(10), prev: null, next: null }],
    ["the newest three", { limit: 3 }, { seqs: [8, 9, 10], prev: { before: 8 }, next: null }],
    ["exactly all", { limit: 10 }, { seqs: upTo(10), prev: null, next: null }],
    ["back", { limit: 2, before: 5 }, { seqs: [3, 4], prev: { before: 3 }, next: { after: 4 } }],
    ["back to 1", { limit: 3, before: 4 }, { seqs: [1, 2, 3], prev: null, next: { after: 3 } }],
    [
      "back from the head",
      { limit: 1, before: 11 },
      { seqs: [10], prev: { before: 10 }, next: null },
    ],
    ["before the first", { before: 1 }, { seqs: [], prev: null, next: { after: 0 } }],
    ["before all", { before: 0 }, { seqs: [], prev: null, next: { after: 0 } }],
    ["on", { limit: 2, after: 4 }, { seqs: [5, 6], prev: { before: 5 }, next: { after: 6 } }],
    ["on from nothing", { limit: 2, after: 0 }, { seqs: [1, 2], prev: null, next: { after: 2 } }],
    ["on to the end", { limit: 2, after: 8 }, { seqs: [9, 10], prev: { before: 9 }, next: null }],
    ["after the end", { after: 10 }, { seqs: [], prev: { before: 11 }, next: null }],
    ["far after the end", { after: 2 ** 52 }, { seqs: [], prev: { before: 11 }, next: null }],
    [
      "a range",
      { limit: 2, after: 2, before: 7 },
      { seqs: [3, 4], prev: null, next: { after: 4, before: 7 } },
    ],
    [
      "the end of a range",
      { limit: 2, after: 4, before: 7 },
      { seqs: [5, 6], prev: null, next: null },
    ],
    ["an inverted range", { after: 7, before: 3 }, { seqs: [], prev: null, next: null }],
  ])("read %s of ten and know their neighbours", async (_, bounds, { seqs, ...neighbours }) => {
    const { messages, prev, next } = await read(await logOf(10), bounds);
    expect({ seqs: messages.map(({ seq }) => seq), prev, next }).toEqual({ seqs, ...neighbours });
  });

  it.each<[Bounds, number | null]>([
    [{}, null],
    [{ before: 5 }, null],
    [{ after: 0, limit: 2 }, 2],
    [{ after: 4, limit: 6 }, 10],
    [{ after: 4, limit: 7 }, 10],
    [{ after: 10 }, 10],
    [{ after: 12 }, 12],
    [{ after: 2, before: 7, limit: 2 }, 4],
    [{ after: 2, before: 7 }, 6],
    [{ after: 2, before: 20 }, 10],
    [{ after: 6, before: 7 }, 6],
    [{ after: 7, before: 3 }, 7],
  ])("tell how far they have read a log of ten (%o)", async (bounds, read_to) => {
    expect(await read(await logOf(10), bounds)).toMatchObject({ read_to });
  });

  it.each<Bounds>([
    {},
    { before: 0 },
    { before: 1 },
    { before: 9 },
    { after: 0 },
    { after: 9 },
    { after: 0, before: 9 },
  ])("of an empty log are empty, without neighbours (%o)", async (bounds) => {
    const read_to = bounds.after ?? null;
    const page = await read(randomUUID(), bounds);
    expect(page).toEqual({ messages: [], prev: null, next: null, read_to });
  });

  it("have 50 messages by default, and at most 1,000", async () => {
    const log = await logOf(1_001);
    expect(seqsOf(await read(log, {}))).toEqual(upTo(1_001).slice(-50));
    const page = await read(log, { limit: 1_000 });
    expect(seqsOf(page)).toEqual(upTo(1_001).slice(1));
    expect(page.prev).toEqual({ before: 2 });
  });

  it.each<[string, Bounds]>([
    ["limit", { limit: 0 }],
    ["limit", { limit: 1_001 }],
    ["limit", { limit: 2.5 }],
    ["before", { before: -1 }],
    ["before", { before: 0.5 }],
    ["after", { after: -1 }],
    ["after", { after: 2 ** 53 }],
  ])("refuse an invalid %s (%o)", async (path, bounds) => {
    await expect(read("room", bounds)).rejects.toMatchObject({
      cause: { code: "validation_failed", issues: [{ path }] },
    });
  });
});

function read(conversation_id: string, bounds: Bounds): Promise<MessagePage> {
  return api.messages.page({ conversation_id, ...bounds });
}

async function logOf(length: number): Promise<string> {
  const conversation_id = randomUUID();
  const sends = upTo(length).map((n) =>
    api.messages.send({ user_id: "alice", content: `${n}`, conversation_id }),
  );
  await Promise.all(sends);
  return conversation_id;
}

function seqsOf({ messages }: MessagePage): number[] {
  return messages.map(({ seq }) => seq);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
