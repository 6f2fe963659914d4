import type { DatabaseSync } from "node:sqlite";
import type { Conversation } from "../../entities.ts";
import { StoreError } from "../../errors.ts";
import { readMetadata, toMetadataText } from "../../metadata.ts";
import type { ConversationChange } from "../../ports/conversations.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";

/** The statements for titles and metadata. A test checks the query plan of each. */
export const descriptionSql = {
  of: "SELECT title, metadata FROM descriptions WHERE conversation_id = ?",
  exists: "SELECT 1 FROM conversations WHERE id = ?",
  put: `INSERT INTO descriptions (conversation_id, title, metadata) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET title = excluded.title, metadata = excluded.metadata`,
} as const;

interface DescriptionRow {
  title: string | null;
  /** JSON. */
  metadata: string | null;
}

/** The titles and metadata of conversations. */
export interface Descriptions {
  /** Reads those of a conversation. */
  of(conversationId: string): Pick<Conversation, "title" | "metadata">;
  /**
   * Changes those of a conversation, in the transaction of its caller. Returns whether that changed anything.
   * @throws StoreError `not_found`.
   */
  update(conversationId: string, change: ConversationChange): boolean;
}

/** Opens the titles and metadata of conversations. */
export function openDescriptions(db: DatabaseSync): Descriptions {
  const of = prepareQuery<DescriptionRow>(db, descriptionSql.of);
  const exists = prepareQuery(db, descriptionSql.exists);
  const put = prepareCommand(db, descriptionSql.put);

  return {
    of(conversationId) {
      const { title = null, metadata = null } = of.get(conversationId) ?? {};
      return {
        ...(title !== null && { title }),
        ...(metadata !== null && { metadata: readMetadata(metadata) }),
      };
    },
    update(conversationId, { title, metadata }) {
      if (!exists.get(conversationId)) {
        throw new StoreError("not_found", `there is no conversation ${conversationId}`);
      }
      const before = of.get(conversationId) ?? { title: null, metadata: null };
      const after = {
        title: title === undefined ? before.title : title,
        metadata: metadata === undefined ? before.metadata : metadata && toMetadataText(metadata),
      };
      if (after.title === before.title && after.metadata === before.metadata) return false;
      put.run(conversationId, after.title, after.metadata);
      return true;
    },
  };
}
