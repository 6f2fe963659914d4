import type { Document } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { compareInInbox, sliceInbox } from "../../inbox.ts";
import type { InboxPosition, InboxRange } from "../../ports/conversations.ts";
import type { Connection } from "../connection/connection.ts";
import { readRows } from "../connection/read-rows.ts";
import type { ConversationDocument, MemberDocument } from "../documents.ts";

/** What an inbox is read with. */
export interface InboxParts {
  /** Reads conversations with their activity as it is. */
  find(ids: readonly string[]): Promise<Pick<ConversationDocument, "_id" | "last_activity_at">[]>;
  /** Reads the ids of all conversations of a user. */
  conversationsOf(userId: string): Promise<string[]>;
}

/** Memberships of a user. */
interface Rows {
  /** Positions of settled conversations, in order. */
  settled: InboxPosition[];
  /** Ids of conversations whose activity is not in the membership. */
  others: Set<string>;
}

type Row = Pick<MemberDocument, "conversation_id" | "active_at">;

/** How many memberships one reply can hold, whose limit is 16 MB. For more, a cursor reads all again. */
const rowsMax = 10_000;
/** Later than any activity. */
const endOfTime = new Date(8.64e15);

/** Opens the function that reads inboxes. It reads about as many memberships as it returns, and all that are not settled. */
export function openInbox(connection: Connection, { find, conversationsOf }: InboxParts) {
  const { db, members } = connection;

  async function readWhole(userId: string, range: InboxRange): Promise<InboxPosition[]> {
    return sliceInbox(await readPositions(await conversationsOf(userId)), range);
  }

  async function readPositions(ids: readonly string[]): Promise<InboxPosition[]> {
    if (ids.length === 0) return [];
    const documents = await find(ids);
    return documents.map(({ _id, last_activity_at }) => toPosition(_id, last_activity_at));
  }

  // A conversation may be woken or settled meanwhile. What is settled is read between the two reads of what is not, so it is in
  // one of them: the stages of a command are read one after the other.
  async function readMemberships(userId: string, range: InboxRange): Promise<Row[]> {
    const coll = members.collectionName;
    const others = othersOf(userId);
    const pipeline = [
      ...others,
      { $unionWith: { coll, pipeline: settledOf(userId, range) } },
      { $unionWith: { coll, pipeline: others } },
    ];
    const { rows } = await readRows<Row>(db, {
      aggregate: coll,
      pipeline: [...pipeline, { $limit: rowsMax + 1 }],
      cursor: { batchSize: rowsMax + 2 },
    });
    if (rows.length <= rowsMax) return rows;
    return members
      .aggregate<Row>(pipeline, { batchSize: rowsMax, maxTimeMS: readTimeoutMs })
      .toArray();
  }

  async function readByState(userId: string, range: InboxRange): Promise<Rows> {
    const rows = await readMemberships(userId, range);
    return {
      settled: rows.flatMap(({ conversation_id, active_at }) => {
        return active_at ? [toPosition(conversation_id, active_at)] : [];
      }),
      others: new Set(
        rows.filter(({ active_at }) => !active_at).map(({ conversation_id }) => conversation_id),
      ),
    };
  }

  async function readByActivity(userId: string, range: InboxRange): Promise<InboxPosition[]> {
    const found = new Map<string, InboxPosition>();
    let { after } = range;
    for (;;) {
      const limit = range.limit - found.size;
      const { settled, others } = await readByState(userId, { ...(after && { after }), limit });
      // There may be more behind a full list, so nothing behind it can be told yet.
      const last = settled.length < limit ? undefined : settled.at(-1);
      const positions = [
        ...settled.filter(({ id }) => !others.has(id)),
        ...(await readPositions([...others])),
      ].filter((position) => {
        const isBefore = after && compareInInbox(position, after) <= 0;
        const isUntold = last && compareInInbox(position, last) > 0;
        return !isBefore && !isUntold && !found.has(position.id);
      });
      for (const position of sliceInbox(positions, { limit })) found.set(position.id, position);
      if (!last || found.size === range.limit) return [...found.values()];
      after = last;
    }
  }

  return async (userId: string, range: InboxRange): Promise<InboxPosition[]> => {
    const isKept = await connection.keepsInboxes();
    return isKept ? readByActivity(userId, range) : readWhole(userId, range);
  };
}

function othersOf(user_id: string): Document[] {
  return [{ $match: { user_id, active_at: null } }, { $project: { _id: 0, conversation_id: 1 } }];
}

function settledOf(user_id: string, { after, limit }: InboxRange): Document[] {
  const at = after ? new Date(after.last_activity_at) : endOfTime;
  const before = { user_id, active_at: { $lt: at } };
  const ties = { user_id, active_at: at, conversation_id: { $gt: after?.id ?? "" } };
  return [
    { $match: { $or: [before, ties] } },
    { $sort: { active_at: -1, conversation_id: 1 } },
    { $limit: limit },
    { $project: { _id: 0, conversation_id: 1, active_at: 1 } },
  ];
}

function toPosition(id: string, activeAt: Date): InboxPosition {
  return { id, last_activity_at: activeAt.toISOString() };
}
