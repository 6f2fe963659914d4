import { membersShownMax } from "../limits.ts";
import { type Connection, readTimeoutMs } from "./connection.ts";
import { memberKey } from "./documents.ts";

/** Who is to be in what. */
export interface Membership {
  user_id: string;
  conversation_id: string;
}

let lastJoined = 0;

/**
 * Makes users members in the order given, and says how many were none before. They join behind all others who joined in
 * this process, unless `since` says when they did.
 */
export async function joinAll(
  { members }: Connection,
  memberships: readonly Membership[],
  since?: Date,
): Promise<number> {
  // In microseconds, so that those who join within a millisecond keep their order.
  const first = (since?.getTime() ?? Date.now()) * 1_000;
  const start = since ? first : Math.max(first, lastJoined + 1);
  if (!since) lastJoined = start + memberships.length;
  const { upsertedCount } = await members.bulkWrite(
    memberships.map(({ user_id, conversation_id }, index) => ({
      updateOne: {
        filter: { _id: memberKey(user_id, conversation_id) },
        update: { $setOnInsert: { user_id, conversation_id, joined: start + index } },
        upsert: true,
      },
    })),
    { ordered: false },
  );
  return upsertedCount;
}

/** Removes a member, and says whether there was one. */
export async function leave({ members }: Connection, membership: Membership): Promise<boolean> {
  const { user_id, conversation_id } = membership;
  const { deletedCount } = await members.deleteOne({ _id: memberKey(user_id, conversation_id) });
  return deletedCount === 1;
}

/** Reads the ids of all conversations of a user, in no particular order. */
export async function conversationsOf({ members }: Connection, userId: string): Promise<string[]> {
  const start = memberKey(userId, "");
  const documents = await members
    .find({ _id: { $gte: start, $lt: `${userId}\v` } })
    .project<{ _id: string }>({ _id: 1 })
    .batchSize(10_000)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  return documents.map(({ _id }) => _id.slice(start.length));
}

/** Reads the members of a conversation in the order they joined, the first 1,000, and how many there are. */
export async function membersOf({ members }: Connection, conversationId: string) {
  const filter = { conversation_id: conversationId };
  const documents = await members
    .find(filter)
    .sort({ joined: 1, user_id: 1 })
    .project<{ user_id: string }>({ _id: 0, user_id: 1 })
    .limit(membersShownMax)
    .batchSize(membersShownMax + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  const isAll = documents.length < membersShownMax;
  return {
    user_ids: documents.map(({ user_id }) => user_id),
    member_count: isAll
      ? documents.length
      : await members.countDocuments(filter, { maxTimeMS: readTimeoutMs }),
  };
}
