import type { InboxPosition, InboxRange } from "./ports/conversations.ts";

/** The memberships of conversations with more members do not get their activity. */
export const fanOutMax = 100;

/** Sorts a user's conversations in inbox order and returns a range of them. */
export function sliceInbox(positions: InboxPosition[], range: InboxRange): InboxPosition[] {
  const { after } = range;
  const rest = after
    ? positions.filter((position) => compareInInbox(position, after) > 0)
    : positions;
  return rest.sort(compareInInbox).slice(0, range.limit);
}

/** Compares places in an inbox: most recently active first, ties by the code points of the ids, as the stores sort them. */
export function compareInInbox(a: InboxPosition, b: InboxPosition): number {
  if (a.last_activity_at !== b.last_activity_at) {
    return a.last_activity_at > b.last_activity_at ? -1 : 1;
  }
  return a.id === b.id ? 0 : Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
}
