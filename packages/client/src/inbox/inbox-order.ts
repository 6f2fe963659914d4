import type { InboxConversation } from "../entities.ts";

/** Compares by the order of an inbox: pinned ones first, then the most recently active, ties by id. */
export function compareConversations(left: InboxConversation, right: InboxConversation): number {
  if (left.pinned !== right.pinned) return left.pinned ? -1 : 1;
  const [leftAt, rightAt] = [left.last_activity_at, right.last_activity_at];
  if (leftAt !== rightAt) return leftAt > rightAt ? -1 : 1;
  return compareCodePoints(left.id, right.id);
}

/** Compares texts by code points, as the stores do. */
function compareCodePoints(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return rankOf(left.charCodeAt(at)) - rankOf(right.charCodeAt(at));
}

// In UTF-16, surrogates are below the characters from U+E000 on, but those they stand for are above.
function rankOf(unit: number): number {
  if (Number.isNaN(unit)) return -1;
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
