import { expect } from "vitest";
import { compareInInbox } from "../src/inbox.ts";
import type { Connection } from "../src/mongo/connection/connection.ts";
import { type MemberDocument, memberKey } from "../src/mongo/documents.ts";
import type { EntryDocument } from "../src/mongo/entry-documents.ts";
import type { InboxItem } from "../src/ports/conversations.ts";
import { isArchived } from "../src/reads/archived.ts";

/** Says what an inbox is by the memberships and the logs alone, without any of the numbers in memberships. */
export async function foldInbox(
  { members, messages, conversations }: Connection,
  user: string,
): Promise<InboxItem[]> {
  const rows = await members.find({ user_id: user }).toArray();
  const items = await Promise.all(
    rows.map(async (row) => {
      expect(row._id).toBe(memberKey(user, row.conversation_id));
      const log = await messages
        .find({ stream: `c:${row.conversation_id}` })
        .sort({ seq: 1 })
        .toArray();
      const conversation = await conversations.findOne({ _id: row.conversation_id });
      return toItem(row, log, conversation?.created_at ?? new Date(0));
    }),
  );
  return items.toSorted(compareInInbox);
}

function toItem(row: MemberDocument, log: EntryDocument[], createdAt: Date): InboxItem {
  const { conversation_id: id, user_id, revision = 0, pinned = false, muted_until = null } = row;
  const said = log.filter(({ kind }) => kind === undefined);
  const newest = said.at(-1);
  const read_seq = readSeqOf(row, said);
  const deleted = new Set(
    log.flatMap(({ kind, target_seq }) => (kind === "deletion" ? target_seq : [])),
  );
  const unread = said.filter((message) => {
    return message.seq > read_seq && message.user_id !== user_id && !deleted.has(message.seq);
  });
  return {
    id,
    pinned,
    last_activity_at: (newest?.timestamp ?? createdAt).toISOString(),
    muted_until: muted_until?.toISOString() ?? null,
    archived: isArchived({
      archived_seq: row.archived_seq ?? null,
      muted_until: muted_until?.getTime() ?? null,
      said_seq: newest?.seq ?? 0,
      said_at: newest?.timestamp.getTime() ?? 0,
    }),
    read_seq,
    revision,
    unread_count: unread.length,
    mention_count: unread.filter(({ mentions }) => mentions === true || mentions?.includes(user_id))
      .length,
  };
}

/** Own messages move it, except those before a mark as unread. */
function readSeqOf(
  { user_id, read_seq, own_seq = 0 }: MemberDocument,
  said: EntryDocument[],
): number {
  const own = said.findLast((message) => message.user_id === user_id)?.seq ?? 0;
  // Of a membership that joined here, which always says how far it is read.
  const stored = read_seq ?? Number.NaN;
  return own > own_seq ? Math.max(stored, own) : stored;
}
