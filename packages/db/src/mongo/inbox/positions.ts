import type { ConversationDocument } from "../documents.ts";
import type { LogHead } from "../log/heads.ts";

/** Says where a conversation ends: where its log does, if it has entries. */
export function positionOf(document: ConversationDocument, head: LogHead | undefined) {
  return {
    last_seq: head?.seq ?? document.last_seq,
    last_activity_at: head?.said_at ?? document.last_activity_at,
  };
}
