import type { DatabaseSync } from "node:sqlite";
import { compareInInbox } from "../../inbox.ts";
import type { InboxItem, InboxPosition, InboxRange } from "../../ports/conversations.ts";
import { prepareQuery } from "../statements.ts";
import { toTimestamp } from "../timestamp.ts";
import type { ReadInTurns } from "../turns.ts";
import type { ItemRow, Items } from "./items.ts";
import { openSettled } from "./settled.ts";

/** The statement for the conversations that are not settled. A test checks its query plan. */
export const inboxSql = {
  unsettled: `SELECT conversation_id, pinned, last_activity_at
    FROM members INDEXED BY members_unsettled CROSS JOIN conversations ON id = conversation_id
    WHERE user_id = ? AND active_at IS NULL`,
} as const;

type PlaceRow = Pick<ItemRow, "conversation_id" | "pinned" | "last_activity_at">;

/** A conversation that may be on the page. */
interface Candidate extends InboxPosition {
  /** Of a settled one. */
  row?: ItemRow;
}

/** What inboxes need. */
export interface InboxParts {
  items: Items;
  inTurns: ReadInTurns;
}

/** Opens the function that reads inboxes. It reads about as many memberships as it returns, and all that are not settled. */
export function openInbox(db: DatabaseSync, { items, inTurns }: InboxParts) {
  const unsettled = prepareQuery<PlaceRow>(db, inboxSql.unsettled);
  const readSettled = openSettled(db);

  function readCandidates(userId: string, range: InboxRange): Candidate[] {
    const sides = range.archived === undefined ? [false, true] : [range.archived];
    const settled = sides.flatMap((archived) => readSettled(userId, { ...range, archived }));
    return [
      ...unsettled.all(userId).map(toPosition),
      ...settled.map((row) => ({ ...toPosition(row), row })),
    ];
  }

  return async (userId: string, range: InboxRange): Promise<InboxItem[]> => {
    const { after, limit } = range;
    const isBehind = (position: InboxPosition) => !after || compareInInbox(position, after) > 0;
    const candidates = readCandidates(userId, range).filter(isBehind).sort(compareInInbox);
    let count = 0;
    // One that is not settled is read anew, since others had turns, and only now: what is not shown is not counted.
    const found = await inTurns(candidates, ({ id, row }) => {
      if (count >= limit) return undefined;
      const item = row ? items.toItem(row) : items.find(userId, id);
      if (!item || !isAsked(item, range)) return [];
      count++;
      return [item];
    });
    return found.filter(isBehind).sort(compareInInbox);
  };
}

function toPosition({ conversation_id, pinned, last_activity_at }: PlaceRow): InboxPosition {
  return {
    pinned: pinned === 1,
    last_activity_at: toTimestamp(last_activity_at),
    id: conversation_id,
  };
}

function isAsked({ archived, unread_count }: InboxItem, range: InboxRange): boolean {
  if (range.archived !== undefined && range.archived !== archived) return false;
  return !range.unread || unread_count > 0;
}
