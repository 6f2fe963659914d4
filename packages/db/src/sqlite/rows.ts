import type { DatabaseSync } from "node:sqlite";
import type {
  ChangeEntry,
  EditEntry,
  Mentions,
  Message,
  MessageEntry,
  Thread,
} from "../entities.ts";
import { readMetadata, toMetadataText } from "../metadata.ts";
import { conversationOf, type Stream } from "../stream.ts";
import { prepareQuery, type Query } from "./statements.ts";
import { toTimestamp } from "./timestamp.ts";

/** A row of the messages table, without the name of its log. */
export interface MessageRow {
  seq: number;
  id: string;
  user_id: string;
  content: string;
  timestamp: number;
  /** 1 when it has states, 0 when it is deleted: what its text was is overwritten. */
  changed: number | null;
  /** What few messages have, as JSON: {@link Extras}. */
  extras: string | null;
}

/** What few messages have; all but the first two are JSON. */
type Extras = [
  reply_to: number | null,
  thread_seq: number | null,
  metadata: string | null,
  thread_state: string | null,
  mentions: string | null,
];

/** The columns of a {@link MessageRow}. One for all that few messages have: each more costs a page 3 %. */
export const messageColumns = `seq, id, user_id, content, timestamp, changed,
  iif(coalesce(reply_to, thread_seq, metadata, mentions) IS NULL, NULL,
    json_array(reply_to, thread_seq, metadata, thread_state, mentions)) AS extras`;

type MessageColumns = [
  seq: number,
  id: string,
  user_id: string,
  content: string,
  timestamp: number,
  changed: number | null,
  extras: string | null,
];

/** Prepares a statement that reads {@link messageColumns}. Arrays cost half as much as the objects that SQLite's driver makes. */
export function prepareMessages(db: DatabaseSync, sql: string): Query<MessageRow> {
  const query = prepareQuery<MessageColumns>(db, sql, { asArrays: true });
  return {
    get(...values) {
      const columns = query.get(...values);
      return columns && toMessageRow(columns);
    },
    all: (...values) => query.all(...values).map(toMessageRow),
  };
}

function toMessageRow(columns: MessageColumns): MessageRow {
  const [seq, id, user_id, content, timestamp, changed, extras] = columns;
  return { seq, id, user_id, content, timestamp, changed, extras };
}

/** The statement for one message. */
export const messageAtSql = `SELECT ${messageColumns} FROM messages WHERE stream = ? AND seq = ?`;

/** A row of the changes table, without the name of its log. */
export interface ChangeRow {
  seq: number;
  id: string;
  user_id: string;
  timestamp: number;
  kind: ChangeEntry["kind"];
  /** The fields of its kind, as JSON. */
  body: string;
}

/** The columns of a {@link ChangeRow}. */
export const changeColumns = "seq, id, user_id, timestamp, kind, body";

/** A row of the conversations table. */
export interface ConversationRow {
  id: string;
  created_at: number;
  created_with: string | null;
  last_seq: number;
  last_activity_at: number;
}

/** Converts a row to its message, as it was sent; of a deleted one without its text. */
export function toMessage(stream: Stream, row: MessageRow): Message {
  const message: Message = {
    id: row.id,
    user_id: row.user_id,
    content: isErased(row) ? "" : row.content,
    timestamp: toTimestamp(row.timestamp),
    conversation_id: conversationOf(stream),
    seq: row.seq,
  };
  if (row.extras === null) return message;
  const [reply_to, thread_seq, metadata, , mentions] = JSON.parse(row.extras) as Extras;
  if (reply_to !== null) message.reply_to = reply_to;
  if (thread_seq !== null) message.thread_seq = thread_seq;
  if (isErased(row)) return message;
  if (mentions !== null) message.mentions = JSON.parse(mentions) as Mentions;
  if (metadata !== null) message.metadata = readMetadata(metadata);
  return message;
}

/** Converts a row of a message to its entry. */
export function toMessageEntry(stream: Stream, row: MessageRow): MessageEntry {
  const entry: MessageEntry = { kind: "message", ...toMessage(stream, row) };
  const [, , , thread_state = null] = row.extras ? (JSON.parse(row.extras) as Extras) : [];
  if (thread_state !== null) entry.thread_state = JSON.parse(thread_state) as Thread;
  if (isErased(row)) entry.erased = true;
  return entry;
}

function isErased({ changed }: MessageRow): boolean {
  return changed === 0;
}

/** Converts a row of a change to its entry. */
export function toChangeEntry(stream: Stream, row: ChangeRow): ChangeEntry {
  const { kind, id, user_id, seq } = row;
  const head = { kind, id, user_id, conversation_id: conversationOf(stream), seq };
  const body = JSON.parse(row.body) as object;
  // An erased body has no content.
  if (kind === "edit") Object.assign(head, { content: "" });
  return { ...head, timestamp: toTimestamp(row.timestamp), ...body } as ChangeEntry;
}

/** Converts an entry to the body of its row: the fields that only its kind has. */
export function toBody(entry: ChangeEntry): string {
  const { kind: _, id: _id, user_id: _user, timestamp: _at, ...rest } = entry;
  const { conversation_id: _conversation, seq: _seq, ...body } = rest;
  return JSON.stringify(body);
}

/** Takes the text out of the body of an edit. The body is at most as long as before, and ASCII. */
export function toErasedBody({ body }: Pick<ChangeRow, "body">): string {
  const { content: _, metadata: _metadata, ...rest } = JSON.parse(body) as Partial<EditEntry>;
  return JSON.stringify({ ...rest, erased: true });
}

/** Converts metadata to its column. */
export function toMetadataColumn({ metadata }: Pick<MessageEntry, "metadata">): string | null {
  return metadata === undefined ? null : toMetadataText(metadata);
}
