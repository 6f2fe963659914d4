import type { DatabaseSync } from "node:sqlite";
import type { Message } from "../entities.ts";
import type { LogRange } from "../ports/log.ts";
import type { MessageStore } from "../ports/messages.ts";
import { conversationStream, type Stream } from "../stream.ts";
import { openLogHeads } from "./log-heads.ts";
import { openLogPages } from "./log-pages.ts";
import { type MessageRow, toMessage } from "./rows.ts";
import { prepareQuery } from "./statements.ts";

/** The statement for one message. A test checks its query plan. */
export const messageSql = {
  bySeq: `SELECT seq, id, user_id, content, timestamp FROM messages WHERE stream = ? AND seq = ?`,
} as const;

/** The messages, with a reader for those that a conversation carries. */
export interface SqliteMessages extends MessageStore {
  /** Reads the newest messages of a conversation, oldest first. */
  newestOf(conversationId: string, limit: number): Message[];
}

/** Opens the messages. */
export function openMessages(db: DatabaseSync): SqliteMessages {
  const bySeq = prepareQuery<MessageRow>(db, messageSql.bySeq);
  const readRows = openLogPages(db);
  const readHead = openLogHeads(db);

  function page(stream: Stream, range: LogRange): Message[] {
    return readRows(stream, range).map((row) => toMessage(stream, row));
  }

  return {
    async page(stream, range) {
      return page(stream, range);
    },
    async readOn(stream, { after, before = Number.MAX_SAFE_INTEGER, limit }) {
      const messages = page(stream, { after, before, limit, from: "oldest" });
      const last = messages.at(-1)?.seq ?? after;
      if (messages.length === limit) return { messages, read_to: last };
      // Nothing is written between the two reads: they run in the same turn.
      const head = readHead(stream)?.seq ?? 0;
      return { messages, read_to: Math.max(last, Math.min(head, before - 1)) };
    },
    async get(stream, seq) {
      const row = bySeq.get(stream, seq);
      return row ? toMessage(stream, row) : null;
    },
    newestOf(conversationId, limit) {
      return page(conversationStream(conversationId), { limit, from: "newest" });
    },
  };
}
