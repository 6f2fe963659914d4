import type { ChatStore, InboxItem, InboxPosition } from "@chatnest/db";
import { parseCursor, toCursor } from "./cursor.ts";
import type { Conversation } from "./schemas/conversations.ts";
import type { ConversationPage, InboxConversation } from "./schemas/inboxes.ts";

/** How much of each conversation is read. */
export interface Carried {
  /** How many of the newest messages. */
  messages: number;
  /** How many ids of members. */
  members: number;
}

/** Which page of an inbox to read. */
export interface InboxPageRange extends Carried {
  limit: number;
  cursor?: string | undefined;
  /** Only conversations that are archived, or only those that are not. */
  archived?: boolean | undefined;
  /** Only conversations with unread messages. */
  unread?: boolean | undefined;
}

// How many messages of a streamed inbox are in memory. A conversation counts as at least ten.
const chunkSize = 1_000;
/** How many ids of a streamed inbox are read at a time. */
const idsMax = 1_000;

/**
 * Reads one page of a user's conversations: pinned ones first, then the most recently active.
 * @throws ChatError `validation_failed` when the cursor is invalid.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readInboxPage(
  store: ChatStore,
  userId: string,
  { limit, cursor, archived, unread, ...carried }: InboxPageRange,
): Promise<ConversationPage> {
  const found = await store.conversations.inbox(userId, {
    // One more than the page, to know whether there is a next one.
    limit: limit + 1,
    ...(cursor !== undefined && { after: parseCursor(cursor) }),
    ...(archived !== undefined && { archived }),
    ...(unread === true && { unread }),
  });
  const items = found.slice(0, limit);
  const ids = items.map(({ id }) => id);
  const { conversations, count } = await readSome(store, ids, carried);
  const last = items[count - 1];
  return {
    conversations: joinItems(conversations, items),
    next: last && found.length > count ? { cursor: toCursor(last) } : null,
  };
}

/**
 * Reads all of a user's conversations, pinned ones first, then the most recently active, in chunks. Each that the user is in from
 * the call to the end is read exactly once. One that is pinned or becomes active meanwhile may come last, since it has left its
 * place.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function* readInbox(
  store: ChatStore,
  userId: string,
  carried: Carried,
): AsyncGenerator<InboxConversation> {
  const walk: Walk = { userId, carried, seen: new Set() };
  let pages = 0;
  for await (const ids of idsByActivity(store, userId)) {
    yield* readUnseen(store, ids, walk);
    pages += 1;
  }
  // What is read at once cannot have moved meanwhile.
  if (pages <= 1) return;
  for await (const ids of idsInOrder(store, userId)) {
    yield* readUnseen(store, ids, walk);
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

interface Walk {
  userId: string;
  carried: Carried;
  /** Those that were read before. */
  seen: Set<string>;
}

// What is new is read with each chunk, and not with the ids: a slow reader may take the last of them minutes later.
async function* readUnseen(
  store: ChatStore,
  ids: readonly string[],
  { userId, carried, seen }: Walk,
): AsyncGenerator<InboxConversation> {
  const unseen = ids.filter((id) => !seen.has(id));
  for (const id of unseen) seen.add(id);
  const step = Math.max(1, Math.floor(chunkSize / Math.max(carried.messages, 10)));
  for (let start = 0; start < unseen.length; ) {
    const some = unseen.slice(start, start + step);
    const [items, { conversations, count }] = await Promise.all([
      store.conversations.itemsOf(userId, some),
      readSome(store, some, carried),
    ]);
    yield* joinItems(conversations, items);
    start += count;
  }
}

/** Adds to conversations what the inbox of a user says of them. Those that the user has left meanwhile are left out. */
function joinItems(
  conversations: readonly Conversation[],
  items: readonly InboxItem[],
): InboxConversation[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  return conversations.flatMap((conversation) => {
    const item = byId.get(conversation.id);
    if (!item) return [];
    const { last_activity_at, ...state } = item;
    return { ...conversation, ...state };
  });
}

/** Reads conversations until they are too long for one page. `count` says how many of the ids are read. */
async function readSome(
  store: ChatStore,
  ids: readonly string[],
  { messages, members }: Carried,
): Promise<{ conversations: Conversation[]; count: number }> {
  const conversations = await store.conversations.get(ids, messages, members);
  const last = conversations.at(-1);
  return { conversations, count: last ? ids.indexOf(last.id) + 1 : ids.length };
}
