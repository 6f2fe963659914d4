import type { ChatStore, InboxPosition } from "@chatnest/db";
import { parseCursor, toCursor } from "./cursor.ts";
import type { Conversation, ConversationPage } from "./schemas/conversations.ts";

/** Which page of an inbox to read. */
export interface InboxPageRange {
  limit: number;
  cursor?: string | undefined;
  /** How many of the newest messages are included in each conversation. */
  messages: number;
}

// How many messages of a streamed inbox are in memory. A conversation counts as at least ten.
const chunkSize = 1_000;
/** How many ids of a streamed inbox are read at a time. */
const idsMax = 1_000;

/**
 * Reads one page of a user's conversations, most recently active first.
 * @throws ChatError `validation_failed` when the cursor is invalid.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readInboxPage(
  store: ChatStore,
  userId: string,
  { limit, cursor, messages }: InboxPageRange,
): Promise<ConversationPage> {
  const found = await store.conversations.inbox(userId, {
    // One more than the page, to know whether there is a next one.
    limit: limit + 1,
    ...(cursor !== undefined && { after: parseCursor(cursor) }),
  });
  const positions = found.slice(0, limit);
  const ids = positions.map(({ id }) => id);
  const { conversations, count } = await readSome(store, ids, messages);
  const last = positions[count - 1];
  return {
    conversations,
    next: last && found.length > count ? { cursor: toCursor(last) } : null,
  };
}

/**
 * Reads all of a user's conversations, most recently active first, in chunks. Each that the user is in from the call to the end is
 * read exactly once. One that becomes active meanwhile may come last, since it has left its place.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function* readInbox(
  store: ChatStore,
  userId: string,
  messages: number,
): AsyncGenerator<Conversation> {
  const read = new Set<string>();
  let pages = 0;
  for await (const ids of idsByActivity(store, userId)) {
    yield* readUnread(store, { ids, read, messages });
    pages += 1;
  }
  // What is read at once cannot have moved meanwhile.
  if (pages <= 1) return;
  for await (const ids of idsInOrder(store, userId)) {
    yield* readUnread(store, { ids, read, messages });
  }
}

async function* idsByActivity(store: ChatStore, userId: string): AsyncGenerator<string[]> {
  let after: InboxPosition | undefined;
  do {
    const range = { limit: idsMax, ...(after && { after }) };
    const positions = await store.conversations.inbox(userId, range);
    yield positions.map(({ id }) => id);
    after = positions.length < idsMax ? undefined : positions.at(-1);
  } while (after);
}

async function* idsInOrder(store: ChatStore, userId: string): AsyncGenerator<string[]> {
  let after: string | undefined;
  do {
    const range = { limit: idsMax, ...(after && { after }) };
    const ids = await store.conversations.idsOf(userId, range);
    yield ids;
    after = ids.length < idsMax ? undefined : ids.at(-1);
  } while (after);
}

interface Unread {
  ids: readonly string[];
  /** Those that were read before. */
  read: Set<string>;
  messages: number;
}

async function* readUnread(
  store: ChatStore,
  { ids, read, messages }: Unread,
): AsyncGenerator<Conversation> {
  const unread = ids.filter((id) => !read.has(id));
  for (const id of unread) read.add(id);
  const step = Math.max(1, Math.floor(chunkSize / Math.max(messages, 10)));
  for (let start = 0; start < unread.length; ) {
    const some = unread.slice(start, start + step);
    const { conversations, count } = await readSome(store, some, messages);
    yield* conversations;
    start += count;
  }
}

/** Reads conversations until they are too long for one page. `count` says how many of the ids are read. */
async function readSome(
  store: ChatStore,
  ids: readonly string[],
  messages: number,
): Promise<{ conversations: Conversation[]; count: number }> {
  const conversations = await store.conversations.get(ids, messages);
  const last = conversations.at(-1);
  return { conversations, count: last ? ids.indexOf(last.id) + 1 : ids.length };
}
