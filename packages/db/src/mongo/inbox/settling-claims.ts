import type { ClientSession } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import { fanOutMax } from "../../inbox.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConversationDocument } from "../documents.ts";
import { countMembers } from "../with-members.ts";

/** A conversation that is settled, and how many members it has; `undefined` when they do not get its activity. */
export interface Quiet {
  document: ConversationDocument & { active_until: Date };
  members: number | undefined;
}

/**
 * Claims conversations for settling: from then on, whoever wakes one clears its memberships, also those that are about to be set.
 * Conversations that became too large for that are told apart for good. Those that were woken meanwhile are left out.
 */
export async function claimQuiet(
  connection: Pick<Connection, "conversations" | "members">,
  documents: readonly Quiet["document"][],
  session: ClientSession,
): Promise<Quiet[]> {
  if (documents.length === 0) return [];
  const { conversations } = connection;
  const ids = documents.map(({ _id }) => _id);
  const counts = await countUpToMax(connection, ids);
  const isLarge = (id: string) => (counts.get(id) ?? 0) > fanOutMax;
  await conversations.bulkWrite(
    documents.map(({ _id, active_until }) => ({
      updateOne: isLarge(_id)
        ? {
            // Whoever claimed it before sets the activity.
            filter: { _id, active_until, state: { $ne: "settling" as const } },
            update: { $set: { is_large: true as const } },
          }
        : {
            filter: { _id, active_until, is_large: { $exists: false } },
            update: { $set: { state: "settling" as const } },
          },
    })),
    { ordered: false, session },
  );
  const claimed = await conversations
    .find({ _id: { $in: ids } }, { session })
    .batchSize(ids.length + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  const marks = new Map(documents.map(({ _id, active_until }) => [_id, active_until.getTime()]));
  return claimed.flatMap((document) => {
    const { _id, active_until, state, is_large } = document;
    if (active_until === undefined || active_until.getTime() !== marks.get(_id)) return [];
    if (!is_large && state !== "settling") return [];
    const members = is_large ? undefined : (counts.get(_id) ?? 0);
    return [{ document: { ...document, active_until }, members }];
  });
}

/** Counts the members of conversations, each up to one more than the limit. */
function countUpToMax(
  connection: Pick<Connection, "conversations" | "members">,
  ids: readonly string[],
): Promise<Map<string, number>> {
  // A field of the index, so that no document is read.
  const indexed = { $project: { _id: 0, conversation_id: 1 } };
  return countMembers(connection, ids, [indexed, { $limit: fanOutMax + 1 }]);
}
