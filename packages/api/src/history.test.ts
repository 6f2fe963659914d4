import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createContext, trustedCaller } from "./context.ts";
import { createCaller, type RouterInputs } from "./root.ts";
import type { MessagePage } from "./schemas/messages.ts";

type Bounds = Omit<RouterInputs["messages"]["page"], "conversation_id">;

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

const position = fc.nat(45);
const start = fc.oneof(
  fc.constant({}),
  position.map((before) => ({ before })),
  position.map((after) => ({ after })),
);
const lengths = fc.nat(40);
const limits = fc.integer({ min: 1, max: 10 });

// Tests only read the logs, so one of each length is enough.
const logs = new Map<number, Promise<string>>();

describe("pages of a log", () => {
  it("cover the whole log in both directions, with any limit and start", async () => {
    await fc.assert(
      fc.asyncProperty(lengths, limits, start, async (length, limit, bounds) => {
        const log = await logOf(length);
        const first = await read(log, { limit, ...bounds });
        const before = await walk(log, { limit, page: first, way: "prev" });
        const after = await walk(log, { limit, page: first, way: "next" });
        const pages = [...before.reverse(), first, ...after];
        expect(pages.flatMap(seqsOf)).toEqual(upTo(length));
        // No link leads to an empty page, and all pages except those at the ends are full.
        for (const page of [...before, ...after]) expect(page.messages).not.toEqual([]);
        for (const page of pages) expect(page.messages.length).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 200 },
    );
  });

  it("of a range start at its beginning and stay in it", async () => {
    const bound = fc.tuple(position, position);
    await fc.assert(
      fc.asyncProperty(lengths, limits, bound, async (length, limit, [after, before]) => {
        const log = await logOf(length);
        const first = await read(log, { limit, after, before });
        const rest = await walk(log, { limit, page: first, way: "next" });
        const inRange = upTo(length).filter((seq) => seq > after && seq < before);
        expect([first, ...rest].flatMap(seqsOf)).toEqual(inRange);
        expect([first, ...rest].map(({ prev }) => prev)).toEqual([null, ...rest.map(() => null)]);
      }),
      { numRuns: 200 },
    );
  });

  it("read backwards during writes return exactly what existed before", async () => {
    const log = randomUUID();
    await say(log, 20);
    let page = await read(log, { limit: 3 });
    const seen = seqsOf(page);
    while (page.prev) {
      await say(log, 2);
      page = await read(log, { limit: 3, ...page.prev });
      seen.unshift(...seqsOf(page));
    }
    expect(seen).toEqual(upTo(20));
  });
});

/** Reads all pages in one direction as a client does, with the bounds of the previous page. */
async function walk(
  log: string,
  { limit, page, way }: { limit: number; page: MessagePage; way: "prev" | "next" },
): Promise<MessagePage[]> {
  const pages: MessagePage[] = [];
  for (let bounds = page[way]; bounds; bounds = pages.at(-1)?.[way] ?? null) {
    if (pages.length > 50) throw new Error("the walk does not end");
    pages.push(await read(log, { limit, ...bounds }));
  }
  return pages;
}

function read(conversation_id: string, bounds: Bounds): Promise<MessagePage> {
  return api.messages.page({ conversation_id, ...bounds });
}

function logOf(length: number): Promise<string> {
  const made = logs.get(length) ?? makeLog(length);
  logs.set(length, made);
  return made;
}

async function makeLog(length: number): Promise<string> {
  const log = randomUUID();
  await say(log, length);
  return log;
}

async function say(conversation_id: string, count: number): Promise<void> {
  const sends = upTo(count).map((n) =>
    api.messages.send({ user_id: "alice", content: `${n}`, conversation_id }),
  );
  await Promise.all(sends);
}

function seqsOf({ messages }: MessagePage): number[] {
  return messages.map(({ seq }) => seq);
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
