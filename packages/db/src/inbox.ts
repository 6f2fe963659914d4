import type { InboxPosition, InboxRange } from "./ports/conversations.ts";

/** The memberships of conversations with more members do not get their activity. */
export const fanOutMax = 100;

/** Sorts a user's conversations in inbox order and returns those behind a position, up to a limit. */
export function sliceInbox<TPosition extends InboxPosition>(
  positions: readonly TPosition[],
  { after, limit }: Pick<InboxRange, "after" | "limit">,
): TPosition[] {
  const rest = positions.filter((position) => !after || compareInInbox(position, after) > 0);
  return rest.sort(compareInInbox).slice(0, limit);
}

/**
 * Compares places in an inbox: pinned ones first, then the most recently active, ties by the code points of the ids, as the stores
 * sort them.
 */
export function compareInInbox(a: InboxPosition, b: InboxPosition): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  if (a.last_activity_at !== b.last_activity_at) {
    return a.last_activity_at > b.last_activity_at ? -1 : 1;
  }
  return a.id === b.id ? 0 : Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
}
