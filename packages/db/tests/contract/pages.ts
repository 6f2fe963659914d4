import { expect, it } from "vitest";
import type { LogRange } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream, type Stream } from "../../src/stream.ts";
import { appendAll, seqsOf } from "../log.ts";
import { newMessages, unique, upTo } from "../make.ts";

const far = Number.MAX_SAFE_INTEGER;

// Of a log of 10 messages.
const pages: [string, LogRange, number[]][] = [
  ["the newest page", { limit: 3, from: "newest" }, [8, 9, 10]],
  ["the oldest page", { limit: 3, from: "oldest" }, [1, 2, 3]],
  ["all from the newest", { limit: 1_000, from: "newest" }, upTo(10)],
  ["all from the oldest", { limit: 10, from: "oldest" }, upTo(10)],
  ["the oldest after a position", { after: 4, limit: 3, from: "oldest" }, [5, 6, 7]],
  ["the newest after a position", { after: 4, limit: 3, from: "newest" }, [8, 9, 10]],
  ["the oldest before a position", { before: 6, limit: 3, from: "oldest" }, [1, 2, 3]],
  ["the newest before a position", { before: 6, limit: 3, from: "newest" }, [3, 4, 5]],
  ["the oldest of a range", { after: 2, before: 9, limit: 2, from: "oldest" }, [3, 4]],
  ["the newest of a range", { after: 2, before: 9, limit: 2, from: "newest" }, [7, 8]],
  ["a whole range from the oldest", { after: 2, before: 6, limit: 9, from: "oldest" }, [3, 4, 5]],
  ["a whole range from the newest", { after: 2, before: 6, limit: 3, from: "newest" }, [3, 4, 5]],
  ["a range of one", { after: 5, before: 7, limit: 9, from: "newest" }, [6]],
  ["the one oldest", { limit: 1, from: "oldest" }, [1]],
  ["the one newest", { limit: 1, from: "newest" }, [10]],
  ["the last one after", { after: 9, limit: 5, from: "oldest" }, [10]],
  ["the first one before", { before: 2, limit: 5, from: "newest" }, [1]],
  ["all after 0", { after: 0, limit: 100, from: "oldest" }, upTo(10)],
  ["the newest after 0", { after: 0, limit: 2, from: "newest" }, [9, 10]],
  ["all after a negative position", { after: -5, limit: 100, from: "newest" }, upTo(10)],
  ["the newest before a far position", { before: far, limit: 2, from: "newest" }, [9, 10]],
  ["the newest before the end", { before: 11, limit: 2, from: "newest" }, [9, 10]],
  ["nothing after the end", { after: 10, limit: 5, from: "oldest" }, []],
  ["nothing far after the end", { after: far, limit: 5, from: "newest" }, []],
  ["nothing before the first", { before: 1, limit: 5, from: "newest" }, []],
  ["nothing before 0", { before: 0, limit: 5, from: "oldest" }, []],
  ["nothing between neighbours", { after: 5, before: 6, limit: 5, from: "oldest" }, []],
  ["nothing in an inverted range", { after: 7, before: 3, limit: 5, from: "newest" }, []],
];

/** Pages: by position, from either end, exact while others write. */
export function pagesContract(store: () => ChatStore): void {
  it.each(pages)("reads %s", async (_, range, expected) => {
    const stream = await filledStream(store(), 10);
    expect(seqsOf(await store().messages.page(stream, range))).toEqual(expected);
  });

  it("reads at most as many as asked for, up to 1,000", async () => {
    const stream = await filledStream(store(), 1_100);
    const oldest = await store().messages.page(stream, { limit: 1_000, from: "oldest" });
    expect(seqsOf(oldest)).toEqual(upTo(1_000));
    const newest = await store().messages.page(stream, { limit: 1_000, from: "newest" });
    expect(seqsOf(newest)).toEqual(upTo(1_100).slice(100));
  });

  it("reads nothing of a stream that nobody wrote to", async () => {
    const stream = conversationStream(unique("room"));
    expect(await store().messages.page(stream, { limit: 10, from: "newest" })).toEqual([]);
    expect(await store().messages.page(stream, { after: 0, limit: 1, from: "oldest" })).toEqual([]);
  });

  it("walks 2,500 messages from both ends and meets each exactly once", async () => {
    const stream = await filledStream(store(), 2_500);
    expect(await walkUp(store(), stream, { limit: 333 })).toEqual(upTo(2_500));
    expect(await walkDown(store(), stream, { limit: 333 })).toEqual(upTo(2_500));
    expect(await walkUp(store(), stream, { limit: 500 })).toEqual(upTo(2_500));
    expect(await walkDown(store(), stream, { limit: 1_000 })).toEqual(upTo(2_500));
  });

  it("walks down exactly what was there while others write", async () => {
    const stream = await filledStream(store(), 300);
    const seen = await walkDown(store(), stream, {
      limit: 7,
      betweenPages: () => fill(store(), stream, 5),
    });
    expect(seen).toEqual(upTo(seen.length));
    expect(seen.length).toBeGreaterThanOrEqual(300);
  });

  it("walks up everything while others write until they stop", async () => {
    const stream = await filledStream(store(), 100);
    let rounds = 0;
    const betweenPages = async () => {
      if (++rounds <= 10) await fill(store(), stream, 15);
    };
    const seen = await walkUp(store(), stream, { limit: 20, betweenPages });
    expect(seen).toEqual(upTo(250));
  });

  it("answers the same range alike however much is written behind it", async () => {
    const stream = await filledStream(store(), 20);
    const range = { after: 5, before: 15, limit: 4, from: "newest" } as const;
    const before = await store().messages.page(stream, range);
    await fill(store(), stream, 100);
    expect(await store().messages.page(stream, range)).toEqual(before);
  });
}

async function filledStream(store: ChatStore, count: number): Promise<Stream> {
  const stream = conversationStream(unique("room"));
  await fill(store, stream, count);
  return stream;
}

async function fill(store: ChatStore, stream: Stream, count: number): Promise<void> {
  await appendAll(store, newMessages(count, { conversation_id: stream.slice(2) }));
}

/** How far to go at a time, and what to do between two pages. */
interface Walk {
  limit: number;
  betweenPages?: () => Promise<void>;
}

async function walkUp(
  store: ChatStore,
  stream: Stream,
  { limit, betweenPages }: Walk,
): Promise<number[]> {
  const seen: number[] = [];
  for (;;) {
    const after = seen.at(-1) ?? 0;
    const page = await store.messages.page(stream, { after, limit, from: "oldest" });
    if (page.length === 0) return seen;
    expect(page[0]?.seq).toBe(after + 1);
    seen.push(...seqsOf(page));
    await betweenPages?.();
  }
}

async function walkDown(
  store: ChatStore,
  stream: Stream,
  { limit, betweenPages }: Walk,
): Promise<number[]> {
  let page = await store.messages.page(stream, { limit, from: "newest" });
  const seen: number[] = [];
  while (page.length > 0) {
    expect(page.at(-1)?.seq).toBeLessThan(seen[0] ?? far);
    seen.unshift(...seqsOf(page));
    await betweenPages?.();
    const before = seen[0] ?? 0;
    page = await store.messages.page(stream, { before, limit, from: "newest" });
  }
  return seen;
}
