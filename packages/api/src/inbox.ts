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
  const { conversations, count } = await readSome(store, positions, messages);
  const last = positions[count - 1];
  return {
    conversations,
    next: last && found.length > count ? { cursor: toCursor(last) } : null,
  };
}

/**
 * Reads all of a user's conversations, in the order at the time of the call, in chunks.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function* readInbox(
  store: ChatStore,
  userId: string,
  messages: number,
): AsyncGenerator<Conversation> {
  const positions = await store.conversations.inbox(userId, { limit: Number.POSITIVE_INFINITY });
  const step = Math.max(1, Math.floor(chunkSize / Math.max(messages, 10)));
  for (let start = 0; start < positions.length; ) {
    const some = positions.slice(start, start + step);
    const { conversations, count } = await readSome(store, some, messages);
    yield* conversations;
    start += count;
  }
}

/** Reads conversations until they are too long for one page. `count` says how many of the positions are read. */
async function readSome(
  store: ChatStore,
  positions: readonly InboxPosition[],
  messages: number,
): Promise<{ conversations: Conversation[]; count: number }> {
  const ids = positions.map(({ id }) => id);
  const conversations = await store.conversations.get(ids, messages);
  const last = conversations.at(-1);
  return { conversations, count: last ? ids.indexOf(last.id) + 1 : ids.length };
}
