import { isArchived } from "../../reads/archived.ts";
import { conversationStream } from "../../stream.ts";
import type { LogHead } from "../log/heads.ts";
import { type LogWindows, readWindows, type SeenMessage } from "./log-windows.ts";
import type { ReadParts, Stretch } from "./lookups.ts";
import { isSettled, type MemberRow } from "./member-rows.ts";
import { countNewMessages, type NewMessages } from "./new-messages.ts";
import { type OwnMessage, readNewestOwn } from "./own-messages.ts";

/** A membership, and the head of its log, which was read after it. */
export interface Standing {
  row: MemberRow;
  head: LogHead;
  /** Own messages up to here do not matter. @default what is stored */
  floor?: number;
}

/** How far a member has read, own messages included. */
export interface ReadPosition {
  read_seq: number;
  /** How many messages the log holds up to it. */
  read_count: number;
  /** Own messages up to here do not move it; 0 when there are none behind it. */
  own_seq: number;
  /** How many own messages are behind `read_seq`, all of them up to `own_seq`. */
  own_count: number;
}

/** What is new to a member. */
export interface NewCounts {
  unread_count: number;
  mention_count: number;
}

/** Returns the position at the head of a log. */
export function atHead({ seq, count }: LogHead): ReadPosition {
  return { read_seq: seq, read_count: count, own_seq: 0, own_count: 0 };
}

/** Returns the position that a row has by itself: that of a row without one is the head. */
export function storedPosition({ row, head }: Standing): ReadPosition {
  const { read_seq, read_count = 0, own_seq = 0, own_count = 0 } = row;
  if (read_seq === undefined) return atHead(head);
  return own_seq > read_seq
    ? { read_seq, read_count, own_seq, own_count }
    : { read_seq, read_count, own_seq: 0, own_count: 0 };
}

/** Reads how far members have read: up to their newest message, if that is behind what is stored. */
export async function readPositions(
  connection: ReadParts,
  standings: readonly Standing[],
  windows: LogWindows,
): Promise<ReadPosition[]> {
  const own = new Map<Standing, OwnMessage | undefined>();
  const unknown: Standing[] = [];
  for (const standing of standings.filter(mayHaveSent)) {
    const seen = windows.messagesIn(unsentStretch(standing));
    if (seen) own.set(standing, newestOf(standing, seen));
    else unknown.push(standing);
  }
  const found = await readNewestOwn(connection, unknown.map(unsentStretch));
  for (const [index, standing] of unknown.entries()) own.set(standing, found[index]);
  return standings.map((standing) => {
    const message = own.get(standing);
    if (!message) return storedPosition(standing);
    // It is the newest one, so none of the user's own is behind it.
    return { read_seq: message.seq, read_count: message.count, own_seq: 0, own_count: 0 };
  });
}

/** Reads how far members have read, by windows of their logs where these are short. */
export async function readOwnPositions(
  connection: ReadParts,
  standings: readonly Standing[],
): Promise<ReadPosition[]> {
  const asked = standings.filter(mayHaveSent).map(unsentStretch);
  return readPositions(connection, standings, await readWindows(connection, asked));
}

/** What was found behind the position of a member: all messages, or how many of them do not count. */
type Found = readonly SeenMessage[] | NewMessages;

/** Returns where there may be something new to a member who has read up to a position: an empty stretch if there is nothing. */
export function newStretch(standing: Standing, readSeq: number): Stretch {
  const { said_seq, seq } = standing.head;
  return stretchOf(standing, readSeq < said_seq ? readSeq : seq);
}

/** Finds what decides how much is new to members behind given positions. */
export async function findNew(
  connection: ReadParts,
  stretches: readonly Stretch[],
  windows: LogWindows,
): Promise<Found[]> {
  const seen = stretches.map((one) => (one.after < one.to ? windows.messagesIn(one) : []));
  const unseen = stretches.filter((_, index) => !seen[index]);
  const counted = await countNewMessages(connection, unseen);
  const found = new Map(unseen.map((one, index) => [one, counted[index]]));
  return stretches.map((one, index) => seen[index] ?? found.get(one) ?? []);
}

/** Counts what is new to a member who has read up to a position. */
export function toCounts(standing: Standing, position: ReadPosition, found: Found): NewCounts {
  if (!("deleted" in found)) return countSeen(found, standing.row.user_id);
  const sent = sentAfter(standing, position);
  return { unread_count: Math.max(0, sent - found.deleted), mention_count: found.mentions };
}

/** Reads how far members have read, and what is new to them, as their logs say. */
export async function readStates(
  connection: ReadParts,
  standings: readonly Standing[],
): Promise<(ReadPosition & NewCounts)[]> {
  const asked = standings.filter((standing) => {
    return mayHaveSent(standing) || sentAfter(standing, storedPosition(standing)) > 0;
  });
  const windows = await readWindows(
    connection,
    asked.map((standing) => stretchOf(standing, storedPosition(standing).read_seq)),
  );
  const positions = await readPositions(connection, standings, windows);
  const places = positions.flatMap((position, index) => {
    const standing = standings[index];
    return standing ? [{ standing, position }] : [];
  });
  const stretches = places.map(({ standing, position }) => newStretch(standing, position.read_seq));
  const found = await findNew(connection, stretches, windows);
  return places.map(({ standing, position }, index) => {
    return { ...position, ...toCounts(standing, position, found[index] ?? []) };
  });
}

/** Tells whether a conversation is archived for a member. */
export function isArchivedFor({ row, head }: Standing): boolean {
  const { archived_seq, muted_until } = row;
  return isArchived({
    archived_seq: archived_seq ?? null,
    muted_until: muted_until?.getTime() ?? null,
    said_seq: head.said_seq,
    said_at: head.said_at.getTime(),
  });
}

/** Returns the part of a log behind a position, as a member sees it. */
export function stretchOf({ row, head }: Standing, after: number): Stretch {
  const { conversation_id, user_id } = row;
  return { stream: conversationStream(conversation_id), user_id, after, to: head.seq };
}

/** Returns where a member may have sent something that its row does not know. */
function unsentStretch(standing: Standing): Stretch {
  const { read_seq, own_seq } = storedPosition(standing);
  return stretchOf(standing, Math.max(read_seq, own_seq, standing.floor ?? 0));
}

function mayHaveSent(standing: Standing): boolean {
  return !isSettled(standing.row) && standing.head.said_seq > unsentStretch(standing).after;
}

function sentAfter({ head }: Standing, { read_count, own_count }: ReadPosition): number {
  return head.count - read_count - own_count;
}

function countSeen(seen: readonly SeenMessage[], userId: string): NewCounts {
  const unread = seen.filter(({ user_id, isDeleted }) => user_id !== userId && !isDeleted);
  const mentioning = unread.filter(
    ({ mentions }) => mentions === true || mentions?.includes(userId),
  );
  return { unread_count: unread.length, mention_count: mentioning.length };
}

/** Finds the newest message of a member among the newest of its log. */
function newestOf({ row, head }: Standing, seen: readonly SeenMessage[]): OwnMessage | undefined {
  const index = seen.findLastIndex(({ user_id }) => user_id === row.user_id);
  const message = seen[index];
  return message && { seq: message.seq, count: head.count - (seen.length - 1 - index) };
}
