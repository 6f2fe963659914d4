import type { DatabaseSync } from "node:sqlite";
import { readMetadata } from "../../metadata.ts";
import type {
  PlacedMember,
  StoredConversation,
  StoredEntry,
  StoredMembersRange,
  TransferStore,
} from "../../ports/transfer.ts";
import type { LogPages } from "../log/pages.ts";
import { prepareQuery } from "../statements.ts";
import { toTimestamp } from "../timestamp.ts";

const conversationColumns = `SELECT id, created_at, created_with, title, metadata
    FROM conversations LEFT JOIN descriptions ON conversation_id = id`;

/** The statements that read what is stored. A test checks the query plan of each. */
export const storedSql = {
  conversations: `${conversationColumns} WHERE id > ? ORDER BY id LIMIT ?`,
  conversation: `${conversationColumns} WHERE id = ?`,
  nextNotes: "SELECT min(stream) AS stream FROM messages WHERE stream > ? AND stream < 'n;'",
  members: `SELECT user_id, joined_at, position, read_seq, revision, muted_until, pinned, archived_seq FROM members
    WHERE conversation_id = ? AND position > ? ORDER BY position LIMIT ?`,
  sentHashes: `SELECT seq, sent_hash FROM messages
    WHERE stream = ? AND seq >= ? AND seq <= ? AND sent_hash IS NOT NULL`,
} as const;

/** The columns of a conversation and its description. */
export interface StoredRow {
  id: string;
  created_at: number;
  created_with: string | null;
  title: string | null;
  metadata: string | null;
}

interface MemberRow {
  user_id: string;
  joined_at: number;
  position: number;
  read_seq: number;
  revision: number;
  muted_until: number | null;
  pinned: number;
  archived_seq: number | null;
}

/** Opens the reading of what is stored. */
export function openStored(
  db: DatabaseSync,
  pages: Pick<LogPages, "page">,
): Pick<TransferStore, "conversations" | "noteUsers" | "members" | "entries"> {
  const conversations = prepareQuery<StoredRow>(db, storedSql.conversations);
  const nextNotes = prepareQuery<{ stream: string | null }>(db, storedSql.nextNotes);
  const members = prepareQuery<MemberRow>(db, storedSql.members);
  const sentHashes = prepareQuery<{ seq: number; sent_hash: string }>(db, storedSql.sentHashes);

  return {
    async conversations({ after = "", limit }) {
      return conversations.all(after, limit).map(toStored);
    },
    async noteUsers({ after = "", limit }) {
      const users: string[] = [];
      let last = `n:${after}`;
      while (users.length < limit) {
        const stream = nextNotes.get(last)?.stream;
        if (typeof stream !== "string") break;
        users.push(stream.slice(2));
        last = stream;
      }
      return users;
    },
    async members(conversationId, range) {
      const rows = members.all(conversationId, range.after?.place ?? 0, range.limit);
      return rows.map((row) => toMember(row, range));
    },
    async entries(stream, range) {
      const page: StoredEntry[] = pages.page(stream, range);
      const rows = sentHashes.all(stream, page[0]?.seq ?? 0, page.at(-1)?.seq ?? 0);
      if (rows.length === 0) return page;
      const hashes = new Map(rows.map(({ seq, sent_hash }) => [seq, sent_hash]));
      return page.map((entry) => {
        const sent_hash = hashes.get(entry.seq);
        // That of an erased message is overwritten by spaces.
        return sent_hash?.trim() ? { ...entry, sent_hash } : entry;
      });
    },
  };
}

/** Converts a row to what is stored of a conversation. */
export function toStored(row: StoredRow): StoredConversation {
  const { id, created_at, created_with, title, metadata } = row;
  return {
    id,
    created_at: toTimestamp(created_at),
    ...(created_with !== null && { created_with }),
    ...(title !== null && { title }),
    ...(metadata !== null && { metadata: readMetadata(metadata) }),
  };
}

function toMember(row: MemberRow, { upTo }: Pick<StoredMembersRange, "upTo">): PlacedMember {
  const { user_id, joined_at, position, read_seq, revision } = row;
  const { muted_until, pinned, archived_seq } = row;
  return {
    user_id,
    joined_at: toTimestamp(joined_at),
    place: position,
    read_seq: Math.min(read_seq, upTo),
    revision,
    muted_until: muted_until === null ? null : toTimestamp(muted_until),
    pinned: pinned === 1,
    archived_seq: archived_seq === null ? null : Math.min(archived_seq, upTo),
  };
}
