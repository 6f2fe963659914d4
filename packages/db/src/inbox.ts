import type { InboxPosition, InboxRange } from "./ports/conversations.ts";

/** Sorts a user's conversations in inbox order (most recently active first, ties by id) and returns a range of them. */
export function sliceInbox(positions: InboxPosition[], range: InboxRange): InboxPosition[] {
  const { after } = range;
  const rest = after ? positions.filter((position) => compare(position, after) > 0) : positions;
  return rest.sort(compare).slice(0, range.limit);
}

function compare(a: InboxPosition, b: InboxPosition): number {
  if (a.last_activity_at !== b.last_activity_at) {
    return a.last_activity_at > b.last_activity_at ? -1 : 1;
  }
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
