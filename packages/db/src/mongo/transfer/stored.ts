import { readTimeoutMs } from "../../deadlines.ts";
import { readMetadata } from "../../metadata.ts";
import { ChunkedPage } from "../../paging/chunked-page.ts";
import type {
  PlacedMember,
  StoredConversation,
  StoredEntry,
  TransferStore,
} from "../../ports/transfer.ts";
import { conversationStream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { seqIndex } from "../connection/schema.ts";
import { type ConversationDocument, toJoinedAt } from "../documents.ts";
import { type EntryDocument, toEntry } from "../entry-documents.ts";
import { withoutErased } from "../log/erased.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import { noHead } from "../log/heads.ts";
import { readLogPage } from "../log/pages.ts";
import { readMemberPage } from "../members/member-pages.ts";
import { type MemberRow, rowFields } from "../reads/member-rows.ts";
import { readOwnPositions } from "../reads/states.ts";

/** Opens the reading of what is stored. */
export function openStored(
  connection: Connection,
  readHeads: ReadHeads,
): Pick<TransferStore, "conversations" | "noteUsers" | "members" | "entries"> {
  const { conversations, messages } = connection;

  return {
    async conversations({ after, limit }) {
      const documents = await conversations
        .find(after === undefined ? {} : { _id: { $gt: after } })
        .hint({ _id: 1 })
        .sort({ _id: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return documents.map(toStored);
    },
    async noteUsers({ after = "", limit }) {
      // Every log has a first entry, to which the index is searched.
      const documents = await messages
        .find({ stream: { $gt: `n:${after}`, $lt: "n;" }, seq: 1 } as object)
        .hint(seqIndex)
        .sort({ stream: 1 })
        .limit(limit)
        .project<Pick<EntryDocument, "stream">>({ _id: 0, stream: 1 })
        .batchSize(limit + 1)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return documents.map(({ stream }) => stream.slice(2));
    },
    async entries(stream, range) {
      await using session = connection.client.startSession({ causalConsistency: true });
      const page = new ChunkedPage<StoredEntry>(range);
      for (let part = page.next; part; part = page.next) {
        const documents = await readLogPage(connection, { stream, ...part }, session);
        const shown = await withoutErased(connection, documents, session);
        page.add(shown.map(toStoredEntry));
      }
      return page.items;
    },
    async members(conversationId, { after, limit, upTo }) {
      const rows = await readMemberPage<MemberRow>(connection, conversationId, {
        limit,
        ...(after && { after }),
        fields: rowFields,
      });
      const stream = conversationStream(conversationId);
      const head = (await readHeads([stream])).get(stream) ?? noHead;
      const standings = rows.map((row) => ({ row, head }));
      const positions = await readOwnPositions(connection, standings);
      return rows.map((row, index): PlacedMember => {
        const { user_id, joined, revision = 0, muted_until, pinned = false, archived_seq } = row;
        return {
          user_id,
          joined_at: toJoinedAt(joined).toISOString(),
          place: joined,
          read_seq: Math.min(positions[index]?.read_seq ?? 0, upTo),
          revision,
          muted_until: muted_until?.toISOString() ?? null,
          pinned,
          archived_seq: archived_seq == null ? null : Math.min(archived_seq, upTo),
        };
      });
    },
  };
}

function toStoredEntry(document: EntryDocument): StoredEntry {
  const { content, sent_hash } = document;
  const isKept = sent_hash !== undefined && content !== undefined;
  return { ...toEntry(document), ...(isKept && { sent_hash }) };
}

/** Converts the document of a conversation to what is stored of it. */
export function toStored(document: ConversationDocument): StoredConversation {
  const { _id, created_at, created_with, title, metadata } = document;
  return {
    id: _id,
    created_at: created_at.toISOString(),
    ...(created_with !== undefined && { created_with }),
    ...(title !== undefined && { title }),
    ...(metadata !== undefined && { metadata: readMetadata(metadata) }),
  };
}
