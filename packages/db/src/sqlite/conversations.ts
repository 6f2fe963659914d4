import type { DatabaseSync } from "node:sqlite";
import type { Events } from "../commit/events.ts";
import { sliceInbox } from "../inbox.ts";
import { hashOfMembers, otherMembers } from "../new-conversation.ts";
import type { ConversationStore, NewConversation } from "../ports/conversations.ts";
import { openConversationHeads } from "./conversation-heads.ts";
import { openConversationViews, type ViewParts } from "./conversation-views.ts";
import type { Members } from "./members.ts";
import { type ConversationRow, toTimestamp } from "./rows.ts";
import { inTransaction, prepareCommand, prepareQuery } from "./statements.ts";

/** The statements for conversations. A test checks the query plan of each. */
export const conversationSql = {
  byId: "SELECT id, created_at, created_with, last_seq, last_activity_at FROM conversations WHERE id = ?",
  insert: `INSERT INTO conversations (id, created_at, created_with, last_seq, last_activity_at, written_at)
    VALUES (?, ?2, ?, 0, ?2, ?2)`,
  ofUser: `SELECT id, last_activity_at FROM members JOIN conversations ON id = conversation_id WHERE user_id = ?`,
} as const;

/** What the conversations need. */
export interface ConversationParts extends Omit<ViewParts, "find"> {
  members: Members;
  events: Pick<Events, "emit">;
}

/** Opens the conversations. */
export function openConversations(
  db: DatabaseSync,
  { members, newestOf, events }: ConversationParts,
): ConversationStore {
  const byId = prepareQuery<ConversationRow>(db, conversationSql.byId);
  const insert = prepareCommand(db, conversationSql.insert);
  const ofUser = prepareQuery<{ id: string; last_activity_at: number }>(db, conversationSql.ofUser);
  const readHeads = openConversationHeads(db);

  function create({ id, user_ids }: NewConversation): { created: boolean; joined: string[] } {
    const createdWith = hashOfMembers(user_ids);
    const row = byId.get(id);
    if (row?.created_with === createdWith) return { created: false, joined: [] };
    if (row && row.created_with !== null) throw otherMembers(id);
    if (!row) insert.run(id, Date.now(), createdWith);
    return { created: !row, joined: user_ids.filter((userId) => members.join(userId, id)) };
  }

  function emitJoined(conversation_id: string, userIds: string[]): void {
    for (const user_id of userIds) events.emit({ kind: "joined", conversation_id, user_id });
  }

  return {
    async create(conversation) {
      const { created, joined } = inTransaction(db, () => create(conversation));
      emitJoined(conversation.id, joined);
      return { created };
    },
    get: openConversationViews(db, { find: byId.get, members, newestOf }),
    async inbox(userId, range) {
      const positions = ofUser.all(userId).map(({ id, last_activity_at }) => ({
        id,
        last_activity_at: toTimestamp(last_activity_at),
      }));
      return sliceInbox(positions, range);
    },
    async heads(query) {
      return readHeads(query);
    },
  };
}
