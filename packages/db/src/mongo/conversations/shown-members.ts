import { GroupRead } from "../../commit/group-read.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import { membersShownMax } from "../../limits.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import { countMembers, withMembers } from "../with-members.ts";

/** What a conversation shows of its members. */
export interface ShownMembers {
  user_ids: string[];
  member_count: number;
}

/** Reads what conversations show of their members: the first of them, as many as are asked for. */
export type ReadShownMembers = (
  ids: readonly string[],
  shown: number,
) => Promise<Map<string, ShownMembers>>;

/** How many members are read where no more are asked for. */
const fewMax = 100;

/** Calls for more conversations than this get commands of their own. */
const sharedMax = 50;
/** How many conversations a shared command reads. */
const conversationsMax = 100;
/** How many conversations one command counts the members of. The cost of each is in proportion to its members. */
const countedMax = 10;

/**
 * Opens the reading of the first members of conversations in the order they joined, and the number of all. Calls at the same time
 * share commands, except for the counting of many members, so that nobody waits for it.
 */
export function openShownMembers(connection: Connection): ReadShownMembers {
  const firstOf = (limit: number) =>
    new GroupRead<string, string[]>({
      read: (ids) => readFirst(connection, ids, limit),
      keysMax: conversationsMax,
      sharedMax,
    });
  const few = firstOf(fewMax);
  const all = firstOf(membersShownMax);
  return async (ids, shown) => {
    const [reads, limit] = shown > fewMax ? [all, membersShownMax] : [few, fewMax];
    const first = await reads.get(ids);
    const full = ids.filter((id) => first.get(id)?.length === limit);
    const counts = await countAll(connection, full);
    return new Map(
      ids.map((id) => {
        const found = first.get(id) ?? [];
        // A copy, since others get the same ones.
        return [
          id,
          { user_ids: found.slice(0, shown), member_count: counts.get(id) ?? found.length },
        ];
      }),
    );
  };
}

async function readFirst(
  connection: Connection,
  ids: readonly string[],
  limit: number,
): Promise<Map<string, string[]>> {
  const firstMembers = [
    { $sort: { joined: 1, user_id: 1 } },
    { $limit: limit },
    { $project: { _id: 0, user_id: 1 } },
  ];
  const rows = await connection.conversations
    .aggregate<{ _id: string; user_ids: string[] }>(
      [
        ...withMembers(connection, ids, firstMembers),
        { $project: { user_ids: "$members.user_id" } },
      ],
      { batchSize: ids.length + 1, maxTimeMS: readTimeoutMs },
    )
    .toArray();
  return new Map(rows.map(({ _id, user_ids }) => [_id, user_ids]));
}

async function countAll(
  connection: Connection,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const some of chunksOf(ids, countedMax)) {
    for (const [id, count] of await countMembers(connection, some, [])) counts.set(id, count);
  }
  return counts;
}
