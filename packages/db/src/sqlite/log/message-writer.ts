import type { DatabaseSync } from "node:sqlite";
import { decideMessage } from "../../changes/decide.ts";
import type { MessageEntry } from "../../entities.ts";
import type { NewMessage } from "../../ports/log.ts";
import { openStates } from "../messages/states.ts";
import type { MentionCounts } from "../reads/mentions.ts";
import { toMetadataColumn } from "../rows.ts";
import { prepareCommand } from "../statements.ts";
import type { EntryPlace } from "./changes.ts";
import type { Targets } from "./targets.ts";

/** The statement that stores messages. A test checks its query plan. */
export const messageWriterSql = {
  insert: `INSERT INTO messages
    (stream, seq, id, user_id, content, timestamp, count, reply_to, thread_seq, metadata, thread_state, mentions,
      sent_hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (stream, id) DO NOTHING`,
} as const;

/** What the writer of messages needs. */
export interface MessageWriterParts {
  targets: Targets;
  mentions: Pick<MentionCounts, "add">;
}

/** Opens the function that stores messages. It returns `undefined` when a message of the log has the id. */
export function openMessageWriter(db: DatabaseSync, { targets, mentions }: MessageWriterParts) {
  const insert = prepareCommand(db, messageWriterSql.insert);
  const states = openStates(db);

  function isStored(
    entry: MessageEntry,
    { stream, time, head }: EntryPlace,
    sentHash: string | undefined,
  ): boolean {
    const { seq, id, user_id, content, reply_to = null, thread_seq = null, thread_state } = entry;
    const count = head.count + 1;
    const thread = thread_state ? JSON.stringify(thread_state) : null;
    const columns = [stream, seq, id, user_id, content, time, count === seq ? null : count];
    const mentioned = entry.mentions === undefined ? null : JSON.stringify(entry.mentions);
    const more = [
      reply_to,
      thread_seq,
      toMetadataColumn(entry),
      thread,
      mentioned,
      sentHash ?? null,
    ];
    return insert.run(...columns, ...more) === 1;
  }

  return function write(message: NewMessage, place: EntryPlace): MessageEntry | undefined {
    const { stream } = place;
    const { reply_to, thread_seq } = message;
    const entry = decideMessage(message, place, {
      quoted: reply_to === undefined ? undefined : targets.get(stream, reply_to),
      root: thread_seq === undefined ? undefined : targets.get(stream, thread_seq),
    });
    if (!isStored(entry, place, message.sent_hash)) return undefined;
    mentions.add(stream, entry);
    if (thread_seq !== undefined) {
      states.put({ stream, seq: thread_seq, aspect: "thread" }, entry.seq, entry.thread_state);
    }
    return entry;
  };
}
