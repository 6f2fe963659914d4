import { type ChatStore, readHead, type Stream } from "@chatnest/db";
import type { Message, MessagePage } from "./schemas/messages.ts";
import { nextTurn } from "./turn.ts";

/** Which page of a log to read: `before` and `after` are exclusive positions. */
export interface HistoryRange {
  limit: number;
  before?: number | undefined;
  after?: number | undefined;
}

// How many messages of a streamed history are in memory.
const chunkSize = 256;

/**
 * Reads one page of a log, oldest first: the messages right after `after`, right before `before`, the first of the range with
 * both, or the newest with neither. Beyond either end of the log the page is empty.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
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
 * Reads all messages of a log, oldest first, in chunks, up to the head at the time of the call.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function* readAll(store: ChatStore, stream: Stream): AsyncGenerator<Message> {
  const head = await readHead(store.log, stream);
  let after = 0;
  while (after < head) {
    const range = { after, before: head + 1, limit: chunkSize, from: "oldest" } as const;
    const chunk = await store.messages.page(stream, range);
    yield* chunk;
    after = chunk.length < chunkSize ? head : (chunk.at(-1)?.seq ?? head);
    await nextTurn();
  }
}

async function readBack(
  store: ChatStore,
  stream: Stream,
  { limit, before }: Omit<HistoryRange, "after">,
): Promise<MessagePage> {
  const found = await store.messages.page(stream, {
    // One more than the page, to know whether there is a page before it.
    limit: limit + 1,
    from: "newest",
    ...(before !== undefined && { before }),
  });
  const messages = found.slice(-limit);
  const first = messages[0];
  // `before: 0` is the same as `before: 1`, which in an empty log is the newest page.
  const isNewest =
    before === undefined || (await readHead(store.log, stream)) < Math.max(before, 1);
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

// The page before this one; `null` when nothing is stored there.
async function neighbourBefore(
  store: ChatStore,
  stream: Stream,
  { first, after }: { first: Message | undefined; after: number },
): Promise<{ before: number } | null> {
  if (after === 0) return null;
  if (first) return { before: first.seq };
  const head = await readHead(store.log, stream);
  return head > 0 ? { before: Math.min(after, head) + 1 } : null;
}
