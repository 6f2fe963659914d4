import { readTimeoutMs } from "../../deadlines.ts";
import type { ConversationHead, HeadsQuery } from "../../ports/conversations.ts";
import type { Activity } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConversationDocument } from "../documents.ts";
import type { Members } from "../members/members.ts";

/** What the heads need. */
export interface HeadParts {
  activity: Activity;
  members: Members;
}

/** Opens the function that reads the heads of conversations. */
export function openConversationHeads(
  { conversations }: Connection,
  { activity, members }: HeadParts,
): (query: HeadsQuery) => Promise<ConversationHead[]> {
  async function find(ids: Iterable<string> | "active"): Promise<ConversationDocument[]> {
    return conversations
      .find(ids === "active" ? { active_until: { $gt: new Date(0) } } : { _id: { $in: [...ids] } })
      .batchSize(10_000)
      .maxTimeMS(readTimeoutMs)
      .toArray();
  }

  async function toHeads(documents: ConversationDocument[]): Promise<ConversationHead[]> {
    const current = await activity.withPositions(documents);
    return documents.map(({ _id, last_seq, active_until }, index) => ({
      conversation_id: _id,
      last_seq: current[index]?.last_seq ?? last_seq,
      is_active: active_until !== undefined,
      quiet_seq: last_seq,
    }));
  }

  return async (query) => {
    if (query === "active") return toHeads(await find(query));
    if ("conversation_ids" in query) return toHeads(await find(query.conversation_ids));
    const { user_id, since = new Date(0) } = query;
    const joined = await members.joinedBy(user_id);
    const documents = await find(joined.keys());
    const lately = documents.filter((document) => {
      return isActiveSince(document, since) || (joined.get(document._id) ?? since) >= since;
    });
    const heads = await toHeads(lately);
    return heads.map((head) => {
      const joined_at = joined.get(head.conversation_id);
      return { ...head, ...(joined_at && { joined_at }) };
    });
  };
}

function isActiveSince({ active_until, quiet_since }: ConversationDocument, since: Date): boolean {
  return active_until !== undefined || (quiet_since !== undefined && quiet_since >= since);
}
