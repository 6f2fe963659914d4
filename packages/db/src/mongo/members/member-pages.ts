import { type Document, MaxKey } from "mongodb";
import type { MembersRange } from "../../ports/members.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import { membersIndex } from "../connection/schema.ts";
import type { MemberDocument } from "../documents.ts";

/** Which members to read, and what of them. */
export interface MemberPageQuery extends MembersRange {
  /** A projection, with the fields that order the members. */
  fields: Document;
}

/** Reads memberships of a conversation in the order of joining. */
export async function readMemberPage<TRow extends Pick<MemberDocument, "user_id" | "joined">>(
  connection: Pick<Connection, "db" | "members" | "horizon">,
  conversationId: string,
  { after, limit, fields }: MemberPageQuery,
): Promise<TRow[]> {
  const rows = await readInOrder<TRow>(connection, {
    find: connection.members.collectionName,
    filter: { conversation_id: conversationId },
    hint: membersIndex,
    sort: { joined: 1, user_id: 1 },
    projection: fields,
    ...(after && {
      min: { conversation_id: conversationId, joined: after.place, user_id: after.user_id },
      max: { conversation_id: conversationId, joined: new MaxKey(), user_id: new MaxKey() },
    }),
    // One more, since the lower bound includes the member to start after.
    limit: limit + 1,
    batchSize: limit + 1,
    singleBatch: true,
  });
  const [first] = rows;
  const isAfter = first?.user_id === after?.user_id && first?.joined === after?.place;
  return rows.slice(after && isAfter ? 1 : 0).slice(0, limit);
}
