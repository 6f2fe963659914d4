import type { DatabaseSync } from "node:sqlite";
import type {
  CountedMember,
  FoundConversation,
  StoredConversation,
  TransferStore,
} from "../../ports/transfer.ts";
import { conversationOf, type Stream } from "../../stream.ts";
import { missingOf, notAbsent, notBegun } from "../../transfer/check-put.ts";
import type { Durably } from "../commits/commits.ts";
import type { Descriptions } from "../conversations/descriptions.ts";
import type { LogHeads } from "../log/heads.ts";
import type { LogPages } from "../log/pages.ts";
import { quietAfterMs } from "../log/touches.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";
import { openBackup } from "./backup.ts";
import type { OneAtATime } from "./one-at-a-time.ts";
import { openPutEntry, type PutParts } from "./put-entries.ts";
import { openStored, type StoredRow, storedSql, toStored } from "./stored.ts";

/** The statements for what is written. A test checks the query plan of each. */
export const transferSql = {
  begin: `INSERT INTO conversations (id, created_at, created_with, last_seq, last_activity_at, written_at)
    VALUES (?, ?2, ?, 0, ?2, ?)`,
  // Quiet, since nobody follows it, and never settled before it has members.
  touch: `UPDATE conversations SET last_seq = ?, last_activity_at = ?, written_at = min(?2, ?)
    WHERE id = ?`,
  member: `INSERT INTO members (user_id, conversation_id, position, joined_at, read_seq, read_count, own_count, own_seq,
      revision, muted_until, pinned, archived_seq)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  awake: "UPDATE conversations SET settled = 0 WHERE id = ?",
  getMeta: "SELECT value FROM meta WHERE key = ?",
  setMeta:
    "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  removeMeta: "DELETE FROM meta WHERE key = ?",
  ids: "SELECT seq, id FROM messages WHERE stream = ?1 AND seq >= ?2 AND seq <= ?3 UNION ALL SELECT seq, id FROM changes WHERE stream = ?1 AND seq >= ?2 AND seq <= ?3",
} as const;

/** What transfers need. */
export interface TransferParts extends PutParts {
  pages: Pick<LogPages, "byId" | "page">;
  heads: Pick<LogHeads, "get" | "set">;
  descriptions: Pick<Descriptions, "update">;
  durably: Durably;
  oneAtATime: OneAtATime;
}

const sourceKey = "source";

/** Names the mark of a conversation that is being written. */
function markOf(conversationId: string): string {
  return `transfer:${conversationId}`;
}

/** Opens the port of the transfers. */
export function openTransfer(
  db: DatabaseSync,
  { heads, descriptions, durably, oneAtATime, ...parts }: TransferParts,
): TransferStore {
  const putEntry = openPutEntry(db, parts);
  const conversation = prepareQuery<StoredRow>(db, storedSql.conversation);
  const insert = prepareCommand(db, transferSql.begin);
  const touch = prepareCommand(db, transferSql.touch);
  const addMember = prepareCommand(db, transferSql.member);
  const awake = prepareCommand(db, transferSql.awake);
  const getMeta = prepareQuery<{ value: string }>(db, transferSql.getMeta);
  const setMeta = prepareCommand(db, transferSql.setMeta);
  const removeMeta = prepareCommand(db, transferSql.removeMeta);
  const ids = prepareQuery<{ seq: number; id: string }>(db, transferSql.ids);
  const copy = openBackup(db);

  function find(conversationId: string): FoundConversation | null {
    const row = conversation.get(conversationId);
    if (!row) return null;
    const isBegun = getMeta.get(markOf(conversationId)) !== undefined;
    return { conversation: toStored(row), isBegun };
  }

  function begin(stored: StoredConversation): void {
    const { id, created_at, created_with = null, title, metadata } = stored;
    const found = find(id);
    if (found?.isBegun) return;
    if (found) throw notAbsent(id);
    insert.run(id, Date.parse(created_at), created_with, Date.now());
    descriptions.update(id, {
      ...(title !== undefined && { title }),
      ...(metadata !== undefined && { metadata }),
    });
    setMeta.run(markOf(id), "");
  }

  function put(stream: Stream, entries: Parameters<TransferStore["put"]>[1]): void {
    const id = conversationOf(stream);
    if (id !== null && !find(id)?.isBegun) throw notBegun(id);
    let head = heads.get(stream);
    const before = head;
    for (const entry of missingOf(entries, storedIds(stream, entries), head.seq)) {
      head = putEntry(stream, entry, head);
    }
    if (head === before) return;
    heads.set(stream, head);
    if (id === null) return;
    const saidAt = head.said_seq === 0 ? head.timestamp : head.said_at;
    touch.run(head.seq, saidAt, Date.now() - quietAfterMs - 1, id);
  }

  function storedIds(stream: Stream, entries: Parameters<TransferStore["put"]>[1]) {
    const first = entries[0]?.seq ?? 0;
    const last = entries.at(-1)?.seq ?? 0;
    if (first > heads.get(stream).seq) return new Map<number, string>();
    return new Map(ids.all(stream, first, last).map(({ seq, id }) => [seq, id]));
  }

  function finish(conversationId: string, members: readonly CountedMember[]): void {
    if (!find(conversationId)?.isBegun) throw notBegun(conversationId);
    for (const [index, member] of members.entries()) {
      const { user_id, joined_at, read_seq, read_count, own_count, own_seq } = member;
      const { revision, muted_until, pinned, archived_seq } = member;
      addMember.run(
        ...[user_id, conversationId, index + 1, Date.parse(joined_at)],
        ...[read_seq, read_count, own_count, own_seq, revision],
        ...[muted_until === null ? null : Date.parse(muted_until), Number(pinned), archived_seq],
      );
    }
    awake.run(conversationId);
    removeMeta.run(markOf(conversationId));
  }

  return {
    ...openStored(db, parts.pages),
    async find(conversationId) {
      return find(conversationId);
    },
    begin: (stored) => durably(() => begin(stored)),
    put: (stream, entries) => durably(() => put(stream, entries)),
    finish: (conversationId, members) => durably(() => finish(conversationId, members)),
    async source() {
      return getMeta.get(sourceKey)?.value ?? null;
    },
    setSource: (name) =>
      durably(() => {
        if (name === null) removeMeta.run(sourceKey);
        else setMeta.run(sourceKey, name);
      }),
    backup: (file, onProgress) => oneAtATime(() => copy(file, onProgress)),
  };
}
