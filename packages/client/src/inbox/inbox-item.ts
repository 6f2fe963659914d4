import type { InboxConversation, MemberSettings, ReadState } from "../entities.ts";
import { type AnyEntry, type DeletionEntry, type MessageEntry, toMessage } from "../entries.ts";
import { applyEntry } from "../lists/apply-entry.ts";
import type { ConversationDetails } from "../live/events.ts";

/** An unread message of another user. */
interface Unread {
  seq: number;
  isMention: boolean;
}

/** A conversation as the server told it, with what happened since. A changed one is a new object. */
export interface InboxItem {
  readonly row: InboxConversation;
  /** The unread messages after `from`, one by one. The row counts them, and those before. */
  readonly fresh: readonly Unread[];
  readonly from: number;
  /** Whether what happened leaves its numbers or its newest message open: they have to be read again. */
  readonly isUnsure: boolean;
}

/** How far the user has read; with the numbers that the server told, if it did. */
export interface ReadPlace extends Pick<ReadState, "read_seq" | "revision"> {
  unread_count?: number;
  mention_count?: number;
}

/** How many unread messages are known one by one. */
const freshMax = 1_000;

/** Returns a conversation of a page. */
export function toItem(row: InboxConversation): InboxItem {
  return { row, fresh: [], from: row.last_seq, isUnsure: false };
}

/** Tells whether a mute lasts at a time, in ms since 1970. */
export function isMutedAt(muted_until: string | null, ms: number): boolean {
  return muted_until !== null && ms <= Date.parse(muted_until);
}

/** Returns a conversation after an entry of its log. Its numbers stay exact: the entries arrive in order, each once. */
export function foldEntry(item: InboxItem, entry: AnyEntry, user_id: string): InboxItem {
  const { row } = item;
  if (entry.seq <= row.last_seq) return isOpen(item, entry) ? { ...item, isUnsure: true } : item;
  if (entry.kind === "message") return foldMessage(item, entry, user_id);
  const next = { ...item, row: { ...row, last_seq: entry.seq } };
  if (entry.kind === "deletion") return foldDeletion(next, entry, user_id);
  next.row.messages = row.messages.map((message) => applyEntry(message, entry));
  return next;
}

// It came after the page was asked for, and is in its `last_seq`: the numbers may have been counted before.
function isOpen({ row }: InboxItem, entry: AnyEntry): boolean {
  if (entry.kind === "message") return entry.seq > row.read_seq;
  return entry.kind === "deletion" && entry.target_seq > row.read_seq;
}

function foldMessage(item: InboxItem, entry: MessageEntry, user_id: string): InboxItem {
  const { seq, timestamp, mentions, erased } = entry;
  const { archived, muted_until } = item.row;
  const row: InboxConversation = {
    ...item.row,
    last_seq: seq,
    last_activity_at: timestamp,
    archived: archived && isMutedAt(muted_until, Date.parse(timestamp)),
    messages: erased ? item.row.messages : [toMessage(entry)],
  };
  // One's own message reads up to itself.
  if (entry.user_id === user_id) {
    const read = { ...row, read_seq: seq, unread_count: 0, mention_count: 0 };
    return { ...item, row: read, fresh: [], from: seq };
  }
  // It may have been marked as read, by another device, before it arrived.
  if (erased || seq <= row.read_seq) return { ...item, row };
  const isMention = mentions === "everyone" || mentions?.includes(user_id) === true;
  row.unread_count++;
  if (isMention) row.mention_count++;
  const fresh = [...item.fresh, { seq, isMention }];
  const known = fresh.length > freshMax ? fresh.slice(freshMax / 2) : fresh;
  const from = fresh[fresh.length - known.length - 1]?.seq ?? item.from;
  return { ...item, row, fresh: known, from };
}

function foldDeletion(item: InboxItem, entry: DeletionEntry, user_id: string): InboxItem {
  const { target_seq } = entry;
  const { row } = item;
  const found = item.fresh.find(({ seq }) => seq === target_seq);
  const isCounted = found !== undefined || (target_seq > row.read_seq && entry.user_id !== user_id);
  const fresh = item.fresh.filter((unread) => unread !== found);
  const messages = row.messages.filter(({ seq }) => seq !== target_seq);
  return {
    ...item,
    fresh,
    row: {
      ...row,
      messages,
      unread_count: Math.max(fresh.length, row.unread_count - (isCounted ? 1 : 0)),
      mention_count: row.mention_count - (found?.isMention ? 1 : 0),
    },
    // Whether it was a mention, and what is the newest message now, only the server knows.
    isUnsure:
      item.isUnsure ||
      messages.length < row.messages.length ||
      (!found && target_seq > row.read_seq),
  };
}

/** Returns a conversation that is read up to a place. */
export function readUpTo(item: InboxItem, place: ReadPlace): InboxItem {
  const { row } = item;
  const { read_seq, revision } = place;
  const isSame = revision === row.revision && read_seq === row.read_seq;
  if (revision < row.revision || (revision === row.revision && read_seq < row.read_seq))
    return item;
  if (isSame && (place.unread_count ?? row.unread_count) === row.unread_count) return item;
  const fresh = item.fresh.filter(({ seq }) => seq > read_seq);
  const mentions = fresh.filter(({ isMention }) => isMention).length;
  // Those read before are unread again when the place moves back, and not known one by one.
  const from = Math.max(item.from, row.read_seq);
  const isExact = read_seq >= from && !isSame;
  const { unread_count = row.unread_count, mention_count = row.mention_count } = place;
  return {
    fresh,
    from,
    // The server may have counted before or after the entries that came since.
    isUnsure: item.isUnsure || !isExact,
    row: {
      ...row,
      read_seq,
      revision,
      unread_count: isExact ? fresh.length : Math.max(fresh.length, unread_count),
      mention_count: isExact ? mentions : Math.max(mentions, mention_count),
    },
  };
}

/** Returns a conversation with other settings of the user. */
export function setSettings(
  item: InboxItem,
  { muted_until, pinned, archived }: Omit<MemberSettings, "conversation_id" | "user_id">,
): InboxItem {
  return { ...item, row: { ...item.row, muted_until, pinned, archived } };
}

/** Returns a conversation with another title and other metadata; `null` is none. */
export function setDetails(item: InboxItem, { title, metadata }: ConversationDetails): InboxItem {
  const { title: _, metadata: _metadata, ...rest } = item.row;
  const row = { ...rest, ...(title !== null && { title }), ...(metadata !== null && { metadata }) };
  return { ...item, row };
}
