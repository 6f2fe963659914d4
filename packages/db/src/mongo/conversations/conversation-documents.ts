import { GroupRead } from "../../commit/group-read.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import { readRows } from "../connection/read-rows.ts";
import type { ConversationDocument } from "../documents.ts";

/** Reads the documents of conversations by `_id`, possibly with those of others. Unknown ones are left out. */
export type ReadDocuments = (
  ids: readonly string[],
) => Promise<ReadonlyMap<string, ConversationDocument>>;

/** Calls for more documents than this get commands of their own. */
const sharedMax = 100;
/** How many documents a shared command reads. */
const documentsMax = 1_000;
/** How many documents one command reads at most: its reply holds 16 MB. */
const atOnceMax = 5_000;

/** Opens the reading of documents. Calls at the same time share commands. */
export function openConversationDocuments(
  connection: Pick<Connection, "db" | "conversations">,
): ReadDocuments {
  const shared = new GroupRead<string, ConversationDocument>({
    read: (ids) => readDocuments(connection, ids),
    keysMax: documentsMax,
    sharedMax,
  });
  return async (ids) => (ids.length === 0 ? new Map() : shared.get(ids));
}

async function readDocuments(
  { db, conversations }: Pick<Connection, "db" | "conversations">,
  ids: readonly string[],
): Promise<Map<string, ConversationDocument>> {
  const documents = new Map<string, ConversationDocument>();
  for (const some of chunksOf(ids, atOnceMax)) {
    const { rows } = await readRows<ConversationDocument>(db, {
      find: conversations.collectionName,
      filter: { _id: { $in: some } },
      batchSize: some.length + 1,
      singleBatch: true,
    });
    for (const document of rows) documents.set(document._id, document);
  }
  return documents;
}
