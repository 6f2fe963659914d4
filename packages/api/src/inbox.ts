import type { ChatStore } from "@chatnest/db";
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
  const last = positions.at(-1);
  const ids = positions.map(({ id }) => id);
  return {
    conversations: await store.conversations.get(ids, messages),
    next: last && found.length > limit ? { cursor: toCursor(last) } : null,
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
  for (let start = 0; start < positions.length; start += step) {
    const ids = positions.slice(start, start + step).map(({ id }) => id);
    yield* await store.conversations.get(ids, messages);
  }
}
