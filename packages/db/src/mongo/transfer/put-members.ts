import { randomInt } from "node:crypto";
import type { CountedMember } from "../../ports/transfer.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import { type MemberDocument, memberKey } from "../documents.ts";

/** How many memberships one command writes. */
const membersMax = 1_000;

/** Writes the members of a conversation in the order they joined. Those that are there are replaced. */
export async function putMembers(
  { members }: Pick<Connection, "members">,
  { conversationId, awake }: { conversationId: string; awake: Date },
  joined: readonly CountedMember[],
): Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  const documents = joined.map((member) => {
    // Microseconds, so that those who joined in the same millisecond keep their order.
    last = Math.max(Date.parse(member.joined_at) * 1_000, last + 1);
    return toDocument(member, { conversationId, awake, place: last });
  });
  for (const some of chunksOf(documents, membersMax)) {
    await members.bulkWrite(
      some.map((replacement) => {
        const { _id, conversation_id } = replacement;
        // The conversation is included because it may be the shard key.
        return {
          replaceOne: { filter: { _id, conversation_id }, replacement, upsert: true },
        };
      }),
      { ordered: false },
    );
  }
}

function toDocument(
  member: CountedMember,
  { conversationId, awake, place }: { conversationId: string; awake: Date; place: number },
): MemberDocument {
  const { user_id, read_seq, read_count, own_seq, own_count, ...rest } = member;
  const { revision, muted_until, pinned, archived_seq } = rest;
  return {
    _id: memberKey(user_id, conversationId),
    user_id,
    conversation_id: conversationId,
    joined: place,
    awake,
    version: randomInt(2 ** 47),
    read_seq,
    read_count,
    ...(own_seq > 0 && { own_seq, own_count }),
    ...(revision > 0 && { revision }),
    ...(muted_until !== null && { muted_until: new Date(muted_until) }),
    ...(pinned && { pinned }),
    ...(archived_seq !== null && { archived_seq }),
  };
}
