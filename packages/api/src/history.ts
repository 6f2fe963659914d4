import { type ChatStore, readLastSeq, StoreError, type Stream } from "@chatnest/db";
import type { Message, MessagePage } from "./schemas/messages.ts";
import { nextTurn } from "./turn.ts";

/** Which page of a log to read: `before` and `after` are exclusive positions. */
export interface HistoryRange {
  limit: number;
  before?: number | undefined;
  after?: number | undefined;
}

// What is held in memory of a history that is streamed, and read in one turn of the event loop.
const chunkSizeMin = 32;
const chunkSizeMax = 256;
/** About as many characters as a chunk has, of long messages. */
const chunkLength = 256 * 1024;

/**
 * Reads one page of a log, oldest first. `after` reads on from there, `before` reads back from there, both read the range
 * from its beginning, neither reads the newest. Past either end it is empty.
 */
export function readPage(
  store: ChatStore,
  stream: Stream,
  { limit, before, after }: HistoryRange,
): Promise<MessagePage> {
  return after === undefined
    ? readBack(store, stream, { limit, before })
    : readOn(store, stream, { limit, before, after });
}

/**
 * Reads all messages of a log up to its end at the beginning, oldest first, in chunks.
 * @throws StoreError `unavailable` also where the store shows less than it did: after an election, a new primary may be behind.
 */
export async function* readAll(store: ChatStore, stream: Stream): AsyncGenerator<Message> {
  const last = await readLastSeq(store.log, stream);
  let limit = chunkSizeMin;
  let after = 0;
  while (after < last) {
    const range = { after, before: last + 1, limit };
    const { messages, read_to } = await store.messages.readOn(stream, range);
    yield* messages;
    if (read_to <= after) throw new StoreError("unavailable", "the store is behind itself");
    after = read_to;
    limit = nextLimit(messages);
    await nextTurn();
  }
}

function nextLimit(chunk: readonly Message[]): number {
  const length = chunk.reduce((sum, { content }) => sum + content.length, 0);
  const fitting = Math.floor((chunk.length * chunkLength) / Math.max(length, 1));
  return Math.max(1, Math.min(fitting, 2 * chunk.length, chunkSizeMax));
}

async function readBack(
  store: ChatStore,
  stream: Stream,
  { limit, before }: Omit<HistoryRange, "after">,
): Promise<MessagePage> {
  const found = await store.messages.page(stream, {
    // One more than the page tells whether there is a page before it.
    limit: limit + 1,
    from: "newest",
    ...(before !== undefined && { before }),
  });
  const messages = found.slice(-limit);
  const first = messages[0];
  // Before 0 there is no more than before 1: of an empty log that is the newest page.
  const isNewest =
    before === undefined || (await readLastSeq(store.log, stream)) < Math.max(before, 1);
  return {
    messages,
    prev: first && found.length > limit ? { before: first.seq } : null,
    next: isNewest ? null : { after: messages.at(-1)?.seq ?? 0 },
    read_to: null,
  };
}

async function readOn(
  store: ChatStore,
  stream: Stream,
  { limit, before, after }: HistoryRange & { after: number },
): Promise<MessagePage> {
  const isRange = before !== undefined;
  const bounds = { after, ...(isRange && { before }) };
  const found = await store.messages.readOn(stream, { ...bounds, limit: limit + 1 });
  const messages = found.messages.slice(0, limit);
  const last = messages.at(-1);
  const hasMore = found.messages.length > limit;
  return {
    messages,
    prev: isRange ? null : await neighbourBefore(store, stream, { first: messages[0], after }),
    next: last && hasMore ? { after: last.seq, ...(isRange && { before }) } : null,
    read_to: last && hasMore ? last.seq : found.read_to,
  };
}

// The page that reads back from here; none when nothing is stored before it.
async function neighbourBefore(
  store: ChatStore,
  stream: Stream,
  { first, after }: { first: Message | undefined; after: number },
): Promise<{ before: number } | null> {
  if (after === 0) return null;
  if (first) return { before: first.seq };
  const last = await readLastSeq(store.log, stream);
  return last > 0 ? { before: Math.min(after, last) + 1 } : null;
}
