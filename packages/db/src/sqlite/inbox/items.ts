import type { DatabaseSync } from "node:sqlite";
import type { InboxItem } from "../../ports/conversations.ts";
import { type MembershipRow, membershipColumns } from "../members/memberships.ts";
import { toSettings } from "../members/settings.ts";
import type { Unread } from "../reads/unread.ts";
import { prepareQuery } from "../statements.ts";
import { toTimestamp } from "../timestamp.ts";

/** The statement for a conversation in an inbox. A test checks its query plan. */
export const itemSql = {
  one: `SELECT ${membershipColumns}, last_activity_at FROM members JOIN conversations ON id = conversation_id
    WHERE user_id = ? AND conversation_id = ?`,
} as const;

/** A membership with the activity of its conversation. */
export interface ItemRow extends MembershipRow {
  /** In ms since 1970. */
  last_activity_at: number;
}

/** Conversations as inboxes show them. */
export interface Items {
  /** Reads a conversation of a user; `undefined` when the user is not in it. */
  find(userId: string, conversationId: string): InboxItem | undefined;
  /** Makes an item of a row, with what the log says where the row does not. */
  toItem(row: ItemRow): InboxItem;
}

/** Opens the reading of conversations as inboxes show them. */
export function openItems(db: DatabaseSync, unread: Pick<Unread, "of" | "isArchived">): Items {
  const one = prepareQuery<ItemRow>(db, itemSql.one);

  function toItem(row: ItemRow): InboxItem {
    const { unread_count, mention_count } = unread.of(row);
    return {
      id: row.conversation_id,
      last_activity_at: toTimestamp(row.last_activity_at),
      read_seq: row.read_seq,
      revision: row.revision,
      unread_count,
      mention_count,
      ...toSettings(row, unread.isArchived(row)),
    };
  }

  return {
    toItem,
    find(userId, conversationId) {
      const row = one.get(userId, conversationId);
      return row && toItem(row);
    },
  };
}
