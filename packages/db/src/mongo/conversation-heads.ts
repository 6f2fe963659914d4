import type { Filter } from "mongodb";
import type { ConversationHead, HeadsQuery } from "../store.ts";
import type { Activity } from "./activity.ts";
import { type Connection, readTimeoutMs } from "./connection.ts";
import type { ConversationDocument } from "./documents.ts";
import type { Members } from "./members.ts";

/** What heads are made of. */
export interface HeadParts {
  activity: Activity;
  members: Members;
}

/** Makes the function that reads where conversations end. */
export function openConversationHeads(
  { conversations }: Connection,
  { activity, members }: HeadParts,
): (query: HeadsQuery) => Promise<ConversationHead[]> {
  async function toFilter(query: HeadsQuery): Promise<Filter<ConversationDocument>> {
    if (query === "active") return { active_until: { $gt: new Date(0) } };
    const ids =
      "user_id" in query ? await members.conversationsOf(query.user_id) : query.conversation_ids;
    return { _id: { $in: [...ids] } };
  }

  return async (query) => {
    const found = await conversations
      .find(await toFilter(query))
      .batchSize(10_000)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const since = typeof query === "object" && "since" in query ? query.since : undefined;
    const documents = since ? found.filter((document) => writtenBy(document) >= since) : found;
    const current = await activity.withPositions(documents);
    return documents.map(({ _id, last_seq, active_until }, index) => ({
      conversation_id: _id,
      last_seq: current[index]?.last_seq ?? last_seq,
      is_active: active_until !== undefined,
      quiet_seq: last_seq,
    }));
  };
}

/** The latest moment at which something may have been said in a conversation. */
function writtenBy({ active_until, quiet_since, created_at }: ConversationDocument): Date {
  return active_until ?? quiet_since ?? created_at;
}
