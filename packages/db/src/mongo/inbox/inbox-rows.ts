import type { ClientSession, Document } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { CausalReads } from "../connection/causal-reads.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import { ofUser } from "../documents.ts";
import { type MemberRow, rowFields } from "../reads/member-rows.ts";

/** How many memberships one reply can hold, whose limit is 16 MB. For more, a cursor reads all again. */
const rowsMax = 8_000;

/** A membership that is not settled, and whether it was found by the second look for them. */
export type ReadRow = MemberRow & { is_again?: true };

/**
 * Reads memberships of a user by stages that find settled ones, with all that are not settled, some of them twice. A conversation
 * may be woken or settled meanwhile. What is settled is read between the two reads of what is not, so it is in one of them: the
 * stages of a command are read one after the other.
 */
export async function readInParts<TRow extends Document = ReadRow>(
  connection: Connection,
  userId: string,
  settled: readonly Document[],
): Promise<TRow[]> {
  const { members } = connection;
  const coll = members.collectionName;
  const pipeline = [
    ...othersOf(userId, rowFields),
    { $unionWith: { coll, pipeline: settled } },
    {
      $unionWith: {
        coll,
        pipeline: othersOf(userId, { ...rowFields, is_again: { $literal: true } }),
      },
    },
  ];
  const rows = await readInOrder<TRow>(connection, {
    aggregate: coll,
    pipeline: [...pipeline, { $limit: rowsMax + 1 }],
    cursor: { batchSize: rowsMax + 2 },
  });
  if (rows.length <= rowsMax) return rows;
  return readAll(connection, (session) =>
    members.aggregate<TRow>(pipeline, {
      batchSize: rowsMax,
      maxTimeMS: readTimeoutMs,
      session,
    }),
  );
}

/** Reads all memberships of a user. */
export async function readRowsOf(connection: Connection, userId: string): Promise<MemberRow[]> {
  return readAll(connection, (session) =>
    connection.members
      .find(ofUser(userId), { session })
      .project<MemberRow>(rowFields)
      .batchSize(rowsMax)
      .maxTimeMS(readTimeoutMs),
  );
}

/** Reads what a cursor finds. The heads that are read later are at least as new. */
async function readAll<TRow>(
  connection: Connection,
  find: (session: ClientSession) => { toArray(): Promise<TRow[]> },
): Promise<TRow[]> {
  await using reads = new CausalReads(connection);
  const { session } = reads;
  const rows = await find(session).toArray();
  connection.horizon.raise(session.operationTime);
  return rows;
}

function othersOf(user_id: string, fields: Document): Document[] {
  return [{ $match: { user_id, active_at: null } }, { $project: fields }];
}
