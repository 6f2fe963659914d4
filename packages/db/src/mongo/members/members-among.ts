import { readTimeoutMs } from "../../deadlines.ts";
import type { AmongQuery, Member, Membership, UsersQuery } from "../../ports/members.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import { membersIndex } from "../connection/schema.ts";
import { type MemberDocument, memberKey, toJoinedAt } from "../documents.ts";
import { withMembers } from "../with-members.ts";

/** Up to this many users are looked up by key: finding out which side is smaller costs as much as 50 lookups. */
const usersByKeyMax = 50;
/** How many keys one command has at most. With the longest ids they take 10 MB; the limit is 16 MB. */
const keysMax = 10_000;

/**
 * Reads which of the memberships exist. A query by users and conversations iterates over the smaller side: the users, by the
 * keys of their memberships, or the members of a conversation. So a large conversation costs no more than the users.
 */
export async function readMembersAmong(
  connection: Pick<Connection, "conversations" | "members">,
  query: AmongQuery,
): Promise<Membership[]> {
  if ("members" in query) return readMemberships(connection, query.members);
  const { conversation_ids, user_ids } = query;
  if (conversation_ids.length === 0 || user_ids.length === 0) return [];
  if (user_ids.length <= usersByKeyMax) return readByKeys(connection, query);
  const large = new Set(await readLarger(connection, conversation_ids, user_ids.length));
  const small = conversation_ids.filter((id) => !large.has(id));
  const found = await readByIndex(connection, { conversation_ids: small, user_ids });
  return [...found, ...(await readByKeys(connection, { conversation_ids: [...large], user_ids }))];
}

/** Reads which of some conversations have more than `count` members. */
async function readLarger(
  connection: Pick<Connection, "conversations" | "members">,
  conversationIds: readonly string[],
  count: number,
): Promise<string[]> {
  const furtherMember = [
    // A field of the index, so that no document is read.
    { $project: { _id: 0, conversation_id: 1 } },
    { $skip: count },
    { $limit: 1 },
  ];
  const documents = await connection.conversations
    .aggregate<{ _id: string }>(
      [
        ...withMembers(connection, conversationIds, furtherMember),
        // Keeps the conversations that have such a member.
        { $unwind: "$members" },
        { $project: { _id: 1 } },
      ],
      { batchSize: conversationIds.length + 1, maxTimeMS: readTimeoutMs },
    )
    .toArray();
  return documents.map(({ _id }) => _id);
}

async function readByIndex(
  { members }: Pick<Connection, "members">,
  { conversation_ids, user_ids }: UsersQuery,
): Promise<Membership[]> {
  if (conversation_ids.length === 0) return [];
  const documents = await members
    .find({ conversation_id: { $in: [...conversation_ids] }, user_id: { $in: [...user_ids] } })
    // Its keys hold all fields asked for, so no document is read.
    .hint(membersIndex)
    .project<MemberDocument>({ _id: 0, conversation_id: 1, user_id: 1, joined: 1 })
    .batchSize(10_000)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  return documents.map(toMembership);
}

async function readByKeys(
  connection: Pick<Connection, "members">,
  { conversation_ids, user_ids }: UsersQuery,
): Promise<Membership[]> {
  const found: Membership[] = [];
  for (const query of inPieces({ conversation_ids, user_ids })) {
    const asked = query.conversation_ids.flatMap((conversation_id) =>
      query.user_ids.map((user_id) => ({ conversation_id, user_id })),
    );
    found.push(...(await readMemberships(connection, asked)));
  }
  return found;
}

async function readMemberships(
  { members }: Pick<Connection, "members">,
  asked: readonly Member[],
): Promise<Membership[]> {
  const found: Membership[] = [];
  for (const some of chunksOf(asked, keysMax)) {
    const keys = some.map(({ user_id, conversation_id }) => memberKey(user_id, conversation_id));
    const ids = [...new Set(some.map(({ conversation_id }) => conversation_id))];
    const documents = await members
      // The conversations are included because they may be the shard key.
      .find({ _id: { $in: keys }, conversation_id: { $in: ids } })
      .hint({ _id: 1 })
      .batchSize(keys.length + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    found.push(...documents.map(toMembership));
  }
  return found;
}

/** Splits a query into queries of at most `keysMax` memberships. */
function* inPieces({ conversation_ids, user_ids }: UsersQuery): Generator<UsersQuery> {
  for (const users of chunksOf(user_ids, keysMax)) {
    const step = Math.floor(keysMax / users.length);
    for (const ids of chunksOf(conversation_ids, step)) {
      yield { conversation_ids: ids, user_ids: users };
    }
  }
}

function toMembership({ conversation_id, user_id, joined }: MemberDocument): Membership {
  return { conversation_id, user_id, joined_at: toJoinedAt(joined) };
}
