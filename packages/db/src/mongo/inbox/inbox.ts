import type { Document } from "mongodb";
import { sliceInbox } from "../../inbox.ts";
import type { InboxItem, InboxPosition, InboxRange } from "../../ports/conversations.ts";
import type { Connection } from "../connection/connection.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import { isSettled, type MemberRow, rowFields } from "../reads/member-rows.ts";
import { type Placed, placeUnsettled, toItem, toItems } from "./inbox-items.ts";
import { readInParts, readRowsOf } from "./inbox-rows.ts";

/** What an inbox is read with. */
export interface InboxParts {
  readHeads: ReadHeads;
}

/** Memberships of a user. */
interface Rows {
  /** What settled ones say, in order. */
  settled: InboxItem[];
  /** Those that are not settled, by conversation. */
  others: Map<string, MemberRow>;
}

/** Later than any activity. */
const endOfTime = new Date(8.64e15);
const order = { pinned: -1, active_at: -1, conversation_id: 1 } as const;

/** Opens the function that reads inboxes. It reads about as many memberships as it returns, and all that are not settled. */
export function openInbox(connection: Connection, { readHeads }: InboxParts) {
  async function readByState(userId: string, range: InboxRange): Promise<Rows> {
    const rows = (await connection.keepsInboxes())
      ? await readInParts(connection, userId, settledOf(userId, range))
      : await readRowsOf(connection, userId);
    const others = rows.filter((row) => !isSettled(row));
    return {
      settled: rows.filter(isSettled).map(toItem),
      others: new Map(others.map((row) => [row.conversation_id, row])),
    };
  }

  /** Returns what is not settled and fits into a range, with what is new where that is asked for. */
  async function readOthers(
    rows: readonly MemberRow[],
    { archived, unread = false }: InboxRange,
  ): Promise<(Placed | InboxItem)[]> {
    const placed = await placeUnsettled(connection, rows, readHeads);
    const asked = placed.filter((one) => archived === undefined || one.archived === archived);
    if (!unread) return asked;
    return (await toItems(connection, asked)).filter(({ unread_count }) => unread_count > 0);
  }

  async function complete(page: readonly (Placed | InboxItem)[]): Promise<InboxItem[]> {
    const items = await toItems(connection, page.filter(isPlaced));
    const byId = new Map(items.map((item) => [item.id, item]));
    return page.flatMap((one) => (isPlaced(one) ? (byId.get(one.id) ?? []) : one));
  }

  return async (userId: string, range: InboxRange): Promise<InboxItem[]> => {
    const found = new Map<string, InboxItem>();
    let { after } = range;
    for (;;) {
      const limit = range.limit - found.size;
      const part = { ...range, limit, ...(after && { after }) };
      const { settled, others } = await readByState(userId, part);
      // There may be more behind a full list, so nothing behind it can be told yet.
      const last = settled.length < limit ? undefined : settled.at(-1);
      const candidates = [
        ...settled.filter(({ id }) => !others.has(id)),
        ...(await readOthers([...others.values()], range)),
      ].filter((one) => !found.has(one.id));
      const told = sliceInbox(candidates, { limit, ...(after && { after }) });
      const page = last ? told.filter((one) => !isBehind(one, last)) : told;
      for (const item of await complete(page)) found.set(item.id, item);
      if (!last || found.size === range.limit) return [...found.values()];
      after = last;
    }
  };
}

function isPlaced(one: Placed | InboxItem): one is Placed {
  return "standing" in one;
}

function isBehind(one: InboxPosition, last: InboxPosition): boolean {
  return sliceInbox([one], { after: last, limit: 1 }).length > 0;
}

/** Makes the stages that read settled memberships in order: one search of an index for each place where they may go on. */
function settledOf(user_id: string, range: InboxRange): Document[] {
  const { after, limit, archived, unread = false } = range;
  const states = archived === undefined ? [false, true] : [archived];
  const searches = states.flatMap((state) =>
    placesFrom(after).map((place) => ({
      user_id,
      archived: state,
      ...place,
      ...(unread && { unread_count: { $gt: 0 } }),
    })),
  );
  return [
    { $match: searches.length === 1 ? searches[0] : { $or: searches } },
    { $sort: order },
    { $limit: limit },
    { $project: rowFields },
  ];
}

function placesFrom(after: InboxPosition | undefined): Document[] {
  const unpinned = { pinned: false, active_at: { $lt: endOfTime } };
  if (!after) return [{ pinned: true, active_at: { $lt: endOfTime } }, unpinned];
  const { pinned, last_activity_at, id } = after;
  const at = new Date(last_activity_at);
  const next = [
    { pinned, active_at: { $lt: at } },
    { pinned, active_at: at, conversation_id: { $gt: id } },
  ];
  return pinned ? [...next, unpinned] : next;
}
