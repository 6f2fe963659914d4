import {
  type ChatStore,
  fitPage,
  lengthOf,
  type MessageView,
  readHead,
  StoreError,
  type Stream,
} from "@chatnest/db";
import { keptPagesOf } from "./kept-pages.ts";
import type { Message, MessagePage } from "./schemas/messages.ts";
import { nextTurn } from "./turn.ts";

/** Which messages of a history to show, as a client names them. */
export interface ViewInput {
  /** `main`: without the replies in threads. */
  view?: "main" | undefined;
  /** `include`: with the stubs of deleted messages. */
  deleted?: "include" | undefined;
}

/** Returns the view that a client has named. */
export function toView({ view, deleted }: ViewInput): MessageView {
  return {
    ...(view === "main" && { thread: "none" }),
    ...(deleted === "include" && { deleted: true }),
  };
}

/** Which page of a log to read: `before` and `after` are exclusive positions. */
export interface HistoryRange extends MessageView {
  limit: number;
  before?: number | undefined;
  after?: number | undefined;
}

// How many messages of a streamed history are in memory, and are read in one turn of the event loop.
const chunkSizeMin = 32;
const chunkSizeMax = 200;
/** About how many characters a chunk of long messages has. */
const chunkLength = 256 * 1024;

/**
 * Reads one page of a log, oldest first: the messages right after `after`, right before `before`, the first of the range with
 * both, or the newest with neither. Beyond either end of the log the page is empty. Whoever asks for the newest page of the same
 * log may be given the same object: it is frozen.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export function readPage(
  store: ChatStore,
  stream: Stream,
  { after, ...range }: HistoryRange,
): Promise<MessagePage> {
  if (after !== undefined) return readOn(store, stream, { ...range, after });
  const { before } = range;
  return before === undefined
    ? readNewest(store, stream, range)
    : readBefore(store, stream, { ...range, before });
}

/**
 * Reads all messages of a log, oldest first, in chunks, up to the head at the time of the call.
 * @throws StoreError `invalid`, `unavailable` (also where the store shows less than before: a new primary may be behind after
 * an election), `closed`.
 */
export async function* readAll(
  store: ChatStore,
  stream: Stream,
  view: MessageView = {},
): AsyncGenerator<Message> {
  const head = await readHead(store.log, stream);
  let limit = chunkSizeMin;
  let after = 0;
  while (after < head) {
    const range = { ...view, after, before: head + 1, limit };
    const { messages, read_to } = await store.messages.readOn(stream, range);
    yield* messages;
    if (read_to <= after) throw new StoreError("unavailable", "the store is behind its own head");
    after = read_to;
    limit = nextLimit(messages);
    await nextTurn();
  }
}

function nextLimit(chunk: readonly Message[]): number {
  const length = chunk.reduce((sum, message) => sum + lengthOf(message), 0);
  const fitting = Math.floor((chunk.length * chunkLength) / Math.max(length, 1));
  return Math.max(1, Math.min(fitting, 2 * chunk.length, chunkSizeMax));
}

/** The newest page is the one that is asked for most: it is read once for each head of its log. See docs/decisions/0015. */
async function readNewest(
  store: ChatStore,
  stream: Stream,
  range: Omit<HistoryRange, "after" | "before">,
): Promise<MessagePage> {
  const head = await readHead(store.log, stream);
  if (head === 0) return { messages: [], prev: null, next: null, read_to: null };
  const { limit, thread, deleted } = range;
  const view = JSON.stringify([limit, thread, deleted]);
  return keptPagesOf(store).at({ stream, view, head }, () => readBack(store, stream, range));
}

async function readBefore(
  store: ChatStore,
  stream: Stream,
  range: Omit<HistoryRange, "after"> & { before: number },
): Promise<MessagePage> {
  const [page, head] = await Promise.all([
    readBack(store, stream, range),
    readHead(store.log, stream),
  ]);
  // `before: 0` is the same as `before: 1`, which in an empty log is the newest page.
  const isNewest = head < Math.max(range.before, 1);
  return isNewest ? page : { ...page, next: { after: page.messages.at(-1)?.seq ?? 0 } };
}

/** Reads the messages right before a position, or the newest, without the page after them. */
async function readBack(
  store: ChatStore,
  stream: Stream,
  { limit, before, ...view }: Omit<HistoryRange, "after">,
): Promise<MessagePage> {
  const found = await store.messages.page(stream, {
    ...view,
    // One more than the page, to know whether there is a page before it.
    limit: limit + 1,
    from: "newest",
    ...(before !== undefined && { before }),
  });
  const messages = fitPage(found, { limit, from: "newest" });
  const first = messages[0];
  return {
    messages,
    prev: first && found.length > messages.length ? { before: first.seq } : null,
    next: null,
    read_to: null,
  };
}

async function readOn(
  store: ChatStore,
  stream: Stream,
  { limit, before, after, ...view }: HistoryRange & { after: number },
): Promise<MessagePage> {
  const isRange = before !== undefined;
  const bounds = { ...view, after, ...(isRange && { before }) };
  const found = await store.messages.readOn(stream, { ...bounds, limit: limit + 1 });
  const messages = fitPage(found.messages, { limit, from: "oldest" });
  const last = messages.at(-1);
  const hasMore = found.messages.length > messages.length;
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
