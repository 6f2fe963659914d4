import type { ListedMessage } from "@chatnest/client";
import { isSameDay } from "../ui/times.ts";

/** How a message stands among its neighbours. */
export interface Placing {
  /** It is the first of its day. */
  startsDay: boolean;
  /** It shows who sent it: the message before is of someone else, or older. */
  startsGroup: boolean;
}

const groupMs = 5 * 60_000;

/** Returns how the message at an index stands among its neighbours. It looks at no other than the one before. */
export function placeMessage(messages: readonly ListedMessage[], index: number): Placing {
  const message = messages[index];
  const before = messages[index - 1];
  if (!message || !before) return { startsDay: true, startsGroup: true };
  const startsDay = !isSameDay(before.timestamp, message.timestamp);
  const waited = Date.parse(message.timestamp) - Date.parse(before.timestamp);
  const isContinued =
    before.user_id === message.user_id && waited < groupMs && message.reply_to === undefined;
  return { startsDay, startsGroup: startsDay || !isContinued };
}

/** Returns the index of the first message after a position, by halving; the number of messages when there is none. */
export function indexAfter(messages: readonly ListedMessage[], seq: number): number {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    // What is being sent comes after everything stored.
    if ((messages[middle]?.seq ?? Number.POSITIVE_INFINITY) > seq) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where the unread are: what comes later, one sees arrive. */
export interface UnreadPlace {
  after: number;
  upTo: number;
  count: number;
}

/** Returns the index of the first message of somebody else in a place, where the unread begin; -1 if none. */
export function findFirstUnread(
  messages: readonly ListedMessage[],
  place: UnreadPlace | undefined,
  userId: string,
): number {
  if (!place) return -1;
  for (let index = indexAfter(messages, place.after); index < messages.length; index += 1) {
    const { seq, user_id } = messages[index] ?? { seq: null };
    if (seq === null || seq > place.upTo) return -1;
    if (user_id !== userId) return index;
  }
  return -1;
}

/**
 * Returns the message at a position: `null` when it is deleted, `undefined` when that part is not loaded.
 * @param hasMore Whether there are older messages than the first.
 */
export function findLoaded(
  messages: readonly ListedMessage[],
  seq: number,
  hasMore: boolean,
): ListedMessage | null | undefined {
  const found = messages[indexAfter(messages, seq - 1)];
  if (found?.seq === seq) return found;
  const first = messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  return seq < first && hasMore ? undefined : null;
}

/** Counts the messages of others after a position. */
export function countAfter(
  messages: readonly ListedMessage[],
  seq: number,
  userId: string,
): number {
  const after = messages.slice(indexAfter(messages, seq));
  return after.filter(({ user_id }) => user_id !== userId).length;
}

/** Returns the position of the newest stored message; 0 when there is none. */
export function newestSeq(messages: readonly ListedMessage[]): number {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const seq = messages[index]?.seq;
    if (seq != null) return seq;
  }
  return 0;
}
