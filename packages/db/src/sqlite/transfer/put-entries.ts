import type { DatabaseSync } from "node:sqlite";
import type { ChangeEntry, Entry } from "../../entities.ts";
import type { StoredEntry } from "../../ports/transfer.ts";
import type { Stream } from "../../stream.ts";
import { takenId, unfounded } from "../../transfer/check-put.ts";
import { changeSql } from "../log/changes.ts";
import { openErasing } from "../log/erasing.ts";
import type { LogHeadRow } from "../log/heads.ts";
import { messageWriterSql } from "../log/message-writer.ts";
import type { LogPages } from "../log/pages.ts";
import { openStates } from "../messages/states.ts";
import type { DeletionCounts } from "../reads/deletions.ts";
import type { MentionCounts } from "../reads/mentions.ts";
import { toBody, toMetadataColumn } from "../rows.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";

/** The statement that puts need beside those of sends. A test checks its query plan. */
export const putEntrySql = {
  message: "SELECT 1 FROM messages WHERE stream = ? AND seq = ?",
} as const;

type StoredMessage = Extract<StoredEntry, { kind: "message" }>;

/** What the writer needs. */
export interface PutParts {
  pages: Pick<LogPages, "byId">;
  mentions: Pick<MentionCounts, "add" | "remove">;
  deletions: Pick<DeletionCounts, "add">;
}

/**
 * Opens the function that writes an entry as it was stored elsewhere, and returns the head of the log after it. It runs in the
 * transaction of its caller.
 */
export function openPutEntry(db: DatabaseSync, { pages, mentions, deletions }: PutParts) {
  const insertMessage = prepareCommand(db, messageWriterSql.insert);
  const insertChange = prepareCommand(db, changeSql.insert);
  const react = prepareCommand(db, changeSql.react);
  const unreact = prepareCommand(db, changeSql.unreact);
  const message = prepareQuery(db, putEntrySql.message);
  const erase = openErasing(db, mentions);
  const states = openStates(db);

  function putMessage(stream: Stream, entry: StoredMessage, head: LogHeadRow): LogHeadRow {
    const { seq, id, user_id, content, reply_to = null, thread_seq = null, thread_state } = entry;
    const time = Date.parse(entry.timestamp);
    const count = head.count + 1;
    for (const other of [reply_to, thread_seq]) check(stream, other, entry);
    const thread = thread_state ? JSON.stringify(thread_state) : null;
    const mentioned = entry.mentions === undefined ? null : JSON.stringify(entry.mentions);
    const columns = [stream, seq, id, user_id, content, time, count === seq ? null : count];
    insertMessage.run(
      ...columns,
      ...[reply_to, thread_seq, toMetadataColumn(entry), thread, mentioned],
      entry.sent_hash ?? null,
    );
    mentions.add(stream, entry);
    if (thread_seq !== null && thread_state) {
      states.put({ stream, seq: thread_seq, aspect: "thread" }, seq, thread_state);
    }
    return { seq, timestamp: time, count, said_seq: seq, said_at: time };
  }

  function putChange(stream: Stream, entry: ChangeEntry, head: LogHeadRow): LogHeadRow {
    const { seq, id, user_id, kind, target_seq } = entry;
    const time = Date.parse(entry.timestamp);
    check(stream, target_seq, entry);
    const { count, said_seq, said_at } = head;
    const columns = [stream, seq, id, user_id, time, kind, target_seq, toBody(entry)];
    insertChange.run(...columns, count, said_seq, said_at);
    if (kind === "edit") states.put({ stream, seq: target_seq, aspect: "text" }, seq);
    if (kind === "reaction") {
      const { key, reactions } = entry;
      // Before a reaction is added, it may be there: of another user that now has the same pseudonym.
      unreact.run(stream, target_seq, key, user_id);
      if (entry.added) react.run(stream, target_seq, key, user_id, seq, time);
      states.put({ stream, seq: target_seq, aspect: "reactions" }, seq, reactions);
    }
    if (kind === "deletion") {
      const { thread_seq, thread_state } = entry;
      erase(stream, target_seq);
      deletions.add(stream, target_seq);
      states.put({ stream, seq: target_seq, aspect: "text" }, seq);
      if (thread_seq !== undefined && thread_state !== undefined) {
        states.put({ stream, seq: thread_seq, aspect: "thread" }, seq, thread_state);
      }
    }
    return { ...head, seq, timestamp: time };
  }

  function check(stream: Stream, seq: number | null, entry: Entry): void {
    if (seq !== null && !message.get(stream, seq)) throw unfounded(entry);
  }

  return (stream: Stream, entry: StoredEntry, head: LogHeadRow): LogHeadRow => {
    if (pages.byId(stream, entry.id)) throw takenId(entry);
    return entry.kind === "message"
      ? putMessage(stream, entry, head)
      : putChange(stream, entry, head);
  };
}
