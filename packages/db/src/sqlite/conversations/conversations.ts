import type { DatabaseSync } from "node:sqlite";
import type { Events } from "../../commit/events.ts";
import { hashOfMembers, otherMembers } from "../../new-conversation.ts";
import type { ConversationStore, NewConversation } from "../../ports/conversations.ts";
import type { Durably } from "../commits/commits.ts";
import { openInbox } from "../inbox/inbox.ts";
import type { Items } from "../inbox/items.ts";
import type { Members } from "../members/members.ts";
import type { ConversationRow } from "../rows.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";
import { openConversationHeads } from "./conversation-heads.ts";
import { openConversationViews, type ViewParts } from "./conversation-views.ts";
import { openDescriptions } from "./descriptions.ts";

/** The statements for conversations. A test checks the query plan of each. */
export const conversationSql = {
  byId: "SELECT id, created_at, created_with, last_seq, last_activity_at FROM conversations WHERE id = ?",
  insert: `INSERT INTO conversations (id, created_at, created_with, last_seq, last_activity_at, written_at)
    VALUES (?, ?2, ?, 0, ?2, ?2)`,
  idsAfter: `SELECT conversation_id FROM members WHERE user_id = ? AND conversation_id > ?
    ORDER BY conversation_id LIMIT ?`,
} as const;

/** What the conversations need. */
export interface ConversationParts extends Omit<ViewParts, "find" | "descriptions"> {
  members: Members;
  items: Items;
  events: Pick<Events, "emit">;
  durably: Durably;
}

/** Opens the conversations. */
export function openConversations(
  db: DatabaseSync,
  { members, items, newestOf, events, durably, inTurns }: ConversationParts,
): ConversationStore {
  const byId = prepareQuery<ConversationRow>(db, conversationSql.byId);
  const insert = prepareCommand(db, conversationSql.insert);
  const readInbox = openInbox(db, { items, inTurns });
  const idsAfter = prepareQuery<{ conversation_id: string }>(db, conversationSql.idsAfter);
  const readHeads = openConversationHeads(db);
  const descriptions = openDescriptions(db);

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
      const { created, joined } = await durably(() => create(conversation));
      emitJoined(conversation.id, joined);
      return { created };
    },
    get: openConversationViews({ find: byId.get, descriptions, members, newestOf, inTurns }),
    async update(id, change) {
      const isChanged = await durably(() => descriptions.update(id, change));
      if (isChanged) events.emit({ kind: "conversation", conversation_id: id });
    },
    inbox: readInbox,
    async itemsOf(userId, ids) {
      return inTurns(ids, (id) => {
        const item = items.find(userId, id);
        return item ? [item] : [];
      });
    },
    async idsOf(userId, { after = "", limit }) {
      return idsAfter.all(userId, after, limit).map(({ conversation_id }) => conversation_id);
    },
    async heads(query) {
      return readHeads(query);
    },
  };
}
