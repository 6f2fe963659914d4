import type { Document } from "mongodb";
import type { Connection } from "./connection/connection.ts";

/**
 * Makes the stages that begin with some conversations, by their `_id`, and look up what a pipeline finds in the `members` of each.
 * A pipeline can end early in each conversation, where a query of many would go through all their members.
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

/** Makes the stages that begin with the `_id` of some conversations. */
export function withId(conversationIds: readonly string[]): Document[] {
  return [{ $match: { _id: { $in: [...conversationIds] } } }, { $project: { _id: 1 } }];
}
