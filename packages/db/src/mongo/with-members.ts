import type { Document } from "mongodb";
import { readTimeoutMs } from "../deadlines.ts";
import type { Connection } from "./connection/connection.ts";

/**
 * Makes the stages that start with some conversations, by `_id`, and add the result of a pipeline over the members of each as
 * `members`. The pipeline can stop early in each conversation; one query over many would scan all their members.
 */
export function withMembers(
  { members }: Pick<Connection, "members">,
  conversationIds: readonly string[],
  pipeline: Document[],
): Document[] {
  return [
    ...withId(conversationIds),
    {
      $lookup: {
        from: members.collectionName,
        localField: "_id",
        foreignField: "conversation_id",
        pipeline,
        as: "members",
      },
    },
  ];
}

/** Makes the stages that start with the `_id` of some conversations. */
export function withId(conversationIds: readonly string[]): Document[] {
  return [{ $match: { _id: { $in: [...conversationIds] } } }, { $project: { _id: 1 } }];
}

/** Counts the members of conversations as some stages do; those that count none are left out. */
export async function countMembers(
  connection: Pick<Connection, "conversations" | "members">,
  ids: readonly string[],
  stages: Document[],
): Promise<Map<string, number>> {
  const rows = await connection.conversations
    .aggregate<{ _id: string; count?: number }>(
      [
        ...withMembers(connection, ids, [...stages, { $count: "count" }]),
        { $project: { count: { $first: "$members.count" } } },
      ],
      { batchSize: ids.length + 1, maxTimeMS: readTimeoutMs },
    )
    .toArray();
  return new Map(
    rows.flatMap(({ _id, count }) => (count === undefined ? [] : [[_id, count] as const])),
  );
}
