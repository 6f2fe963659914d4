import type { Entry, Message } from "../entities.ts";
import { conversationOf, type Stream } from "../stream.ts";

/** A row of the messages table, without the name of its log. */
export interface MessageRow {
  seq: number;
  id: string;
  user_id: string;
  content: string;
  timestamp: number;
}

/** A row of the conversations table. */
export interface ConversationRow {
  id: string;
  created_at: number;
  created_with: string | null;
  last_seq: number;
  last_activity_at: number;
}

/** Converts a row to its message. */
export function toMessage(stream: Stream, row: MessageRow): Message {
  return {
    id: row.id,
    user_id: row.user_id,
    content: row.content,
    timestamp: toTimestamp(row.timestamp),
    conversation_id: conversationOf(stream),
    seq: row.seq,
  };
}

/** Converts a row to its entry. */
export function toEntry(stream: Stream, row: MessageRow): Entry {
  return { kind: "message", ...toMessage(stream, row) };
}

/** Converts ms since 1970 to ISO 8601, UTC, with milliseconds. */
export function toTimestamp(time: number): string {
  return new Date(time).toISOString();
}
