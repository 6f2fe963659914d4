import type { Conversation, Message } from "../../entities.ts";
import { membersShownMax } from "../../limits.ts";
import { lengthOfConversation, openFit } from "../../paging/page-length.ts";
import type { ConversationStore } from "../../ports/conversations.ts";
import type { Members } from "../members/members.ts";
import type { ConversationRow } from "../rows.ts";
import { toTimestamp } from "../timestamp.ts";
import type { ReadInTurns } from "../turns.ts";
import type { Descriptions } from "./descriptions.ts";

/** What is read to show a conversation. */
export interface ViewParts {
  find(conversationId: string): ConversationRow | undefined;
  descriptions: Pick<Descriptions, "of">;
  members: Pick<Members, "of">;
  /** Reads the newest messages of a conversation, oldest first, as many as fit into a page. */
  newestOf(conversationId: string, limit: number): Message[];
  inTurns: ReadInTurns;
}

/**
 * Opens the function that reads conversations, each with its `newest` newest messages. Each is read in one turn of the event
 * loop, so that it is consistent; other work gets a turn between two of them. It ends where a page would be too long.
 */
export function openConversationViews({
  find,
  descriptions,
  members,
  newestOf,
  inTurns,
}: ViewParts): ConversationStore["get"] {
  function toConversation(row: ConversationRow, newest: number, shown: number): Conversation {
    const { user_ids, member_count } = members.of(row.id, shown);
    return {
      id: row.id,
      user_ids,
      messages: newest === 0 ? [] : newestOf(row.id, newest),
      created_at: toTimestamp(row.created_at),
      last_seq: row.last_seq,
      member_count,
      last_activity_at: toTimestamp(row.last_activity_at),
      ...descriptions.of(row.id),
    };
  }

  return (ids, newest, shown = membersShownMax) => {
    const fits = openFit();
    return inTurns(ids, (id) => {
      const row = find(id);
      if (!row) return [];
      const conversation = toConversation(row, newest, shown);
      return fits(lengthOfConversation(conversation)) ? [conversation] : undefined;
    });
  };
}
