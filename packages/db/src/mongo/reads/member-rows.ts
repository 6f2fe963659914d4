import type { Document } from "mongodb";
import type { Member } from "../../ports/members.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import { type MemberDocument, memberKey } from "../documents.ts";

/** A membership with its read state. */
export type MemberRow = Omit<MemberDocument, "_id" | "adopted">;

/** A settled membership: what is stored of it is exact. */
export type SettledRow = MemberRow & { active_at: Date };

/** The fields of a row, as a projection. */
export const rowFields: Record<keyof MemberRow, 1> & { _id: 0 } = {
  _id: 0,
  user_id: 1,
  conversation_id: 1,
  joined: 1,
  active_at: 1,
  awake: 1,
  version: 1,
  read_seq: 1,
  read_count: 1,
  own_seq: 1,
  own_count: 1,
  revision: 1,
  archived_seq: 1,
  muted_until: 1,
  pinned: 1,
  unread_count: 1,
  mention_count: 1,
  archived: 1,
};

/** How many rows one command reads at most: its reply holds 16 MB. */
const atOnceMax = 5_000;

/** Reads the rows of memberships. Those that do not exist are left out. */
export async function readMemberRows(
  connection: Pick<Connection, "db" | "members" | "horizon">,
  asked: readonly Member[],
): Promise<MemberRow[]> {
  const rows: MemberRow[] = [];
  for (const some of chunksOf(asked, atOnceMax)) {
    rows.push(
      ...(await readInOrder<MemberRow>(connection, {
        find: connection.members.collectionName,
        filter: {
          _id: {
            $in: some.map(({ user_id, conversation_id }) => memberKey(user_id, conversation_id)),
          },
          // The conversations are included because they may be the shard key.
          conversation_id: {
            $in: [...new Set(some.map(({ conversation_id }) => conversation_id))],
          },
        },
        hint: { _id: 1 },
        projection: rowFields,
        batchSize: some.length + 1,
        singleBatch: true,
      })),
    );
  }
  return rows;
}

/** Tells whether a membership is settled. */
export function isSettled(row: MemberRow): row is SettledRow {
  return row.active_at !== undefined;
}

/** Makes the filter that finds a row as it was read. A row without a version may be one of somebody who left and joined again. */
export function asRead({ user_id, conversation_id, joined, version }: MemberRow): Document {
  return {
    _id: memberKey(user_id, conversation_id),
    conversation_id,
    ...(version === undefined ? { joined, version: null } : { version }),
  };
}

/** Returns the key of a row. */
export function keyOfRow({ user_id, conversation_id }: Member): string {
  return memberKey(user_id, conversation_id);
}
