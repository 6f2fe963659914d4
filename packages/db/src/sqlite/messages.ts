import type { DatabaseSync } from "node:sqlite";
import type { Events } from "../commit/events.ts";
import { GroupCommit } from "../commit/group-commit.ts";
import type { Job } from "../commit/job.ts";
import type { Message } from "../entities.ts";
import { isStoreError } from "../errors.ts";
import { checkSameMessage, timeOf } from "../new-message.ts";
import type { Appended, MessageRange, NewMessage } from "../store.ts";
import { conversationStream, type Stream, streamOf } from "../stream.ts";
import type { Members } from "./members.ts";
import { type MessageRow, toMessage } from "./rows.ts";
import { inTransaction, prepareCommand, prepareQuery } from "./statements.ts";

/** After so long without a message a conversation is quiet, in ms. */
export const quietAfterMs = 60_000;

const columns = "seq, id, user_id, content, timestamp";

/** The statements of messages, each with what it is for; a test asks SQLite for the plan of every one. */
export const messageSql = {
  insert: `INSERT INTO messages (stream, ${columns}) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (stream, id) DO NOTHING`,
  last: "SELECT seq, timestamp FROM messages WHERE stream = ? ORDER BY seq DESC LIMIT 1",
  byId: `SELECT ${columns} FROM messages WHERE stream = ? AND id = ?`,
  bySeq: `SELECT ${columns} FROM messages WHERE stream = ? AND seq = ?`,
  oldest: `SELECT ${columns} FROM messages WHERE stream = ? AND seq > ? AND seq < ? ORDER BY seq LIMIT ?`,
  newest: `SELECT ${columns} FROM messages WHERE stream = ? AND seq > ? AND seq < ? ORDER BY seq DESC LIMIT ?`,
  touchConversation: `INSERT INTO conversations (id, created_at, last_seq, last_activity_at, written_at)
    VALUES (?, ?2, ?, ?2, ?)
    ON CONFLICT (id) DO UPDATE SET
      last_seq = excluded.last_seq,
      last_activity_at = excluded.last_activity_at,
      quiet_seq = iif(written_at < excluded.written_at - ${quietAfterMs}, last_seq, quiet_seq),
      written_at = excluded.written_at`,
} as const;

/** Opens the logs of messages. */
export function openMessages(db: DatabaseSync, members: Members, events: Pick<Events, "emit">) {
  const insert = prepareCommand(db, messageSql.insert);
  const last = prepareQuery<{ seq: number; timestamp: number }>(db, messageSql.last);
  const byId = prepareQuery<MessageRow>(db, messageSql.byId);
  const bySeq = prepareQuery<MessageRow>(db, messageSql.bySeq);
  const oldest = prepareQuery<MessageRow>(db, messageSql.oldest);
  const newest = prepareQuery<MessageRow>(db, messageSql.newest);
  const touchConversation = prepareCommand(db, messageSql.touchConversation);
  const group = new GroupCommit<NewMessage, Appended>({
    store: "sqlite",
    laneOf: streamOf,
    write: writeGroup,
    groupSizeMax: 512,
    groupsInFlightMax: 1,
  });

  /** Commits a group. What one message throws is its own: it has written nothing by then. */
  function writeGroup(jobs: readonly Job<NewMessage, Appended>[]): void {
    const answers: (() => void)[] = [];
    inTransaction(db, () => {
      for (const { item, resolve, reject } of jobs) {
        try {
          const { appended, joined } = write(item);
          answers.push(() => {
            if (joined !== null) {
              events.emit({ kind: "joined", conversation_id: joined, user_id: item.user_id });
            }
            if (appended.created) events.emit({ kind: "message", message: appended.message });
            resolve(appended);
          });
        } catch (error) {
          if (!isStoreError(error, "conflict")) throw error;
          answers.push(() => reject(error));
        }
      }
    });
    for (const answer of answers) answer();
  }

  /** Stores a message, and says which conversation its sender joined by it, if any. */
  function write(message: NewMessage): { appended: Appended; joined: string | null } {
    const stream = streamOf(message);
    const now = Date.now();
    const before = last.get(stream);
    const row: MessageRow = {
      seq: (before?.seq ?? 0) + 1,
      id: message.id,
      user_id: message.user_id,
      content: message.content,
      timestamp: timeOf(message, before?.timestamp),
    };
    const inserted = insert.run(stream, row.seq, row.id, row.user_id, row.content, row.timestamp);
    if (inserted === 0) {
      return { appended: { message: findSame(stream, message), created: false }, joined: null };
    }
    const appended = { message: toMessage(stream, row), created: true };
    const { conversation_id, user_id } = message;
    if (conversation_id === null) return { appended, joined: null };
    touchConversation.run(conversation_id, row.timestamp, row.seq, now);
    const isNew = members.join(user_id, conversation_id, now);
    return { appended, joined: isNew ? conversation_id : null };
  }

  function findSame(stream: Stream, message: NewMessage): Message {
    const row = byId.get(stream, message.id);
    if (!row) throw new Error(`the id ${message.id} is taken, but by no message`);
    const stored = toMessage(stream, row);
    checkSameMessage(stored, message);
    return stored;
  }

  function page(stream: Stream, range: MessageRange): Message[] {
    const { after = 0, before = Number.MAX_SAFE_INTEGER, limit, from } = range;
    const rows =
      from === "oldest"
        ? oldest.all(stream, after, before, limit)
        : newest.all(stream, after, before, limit).reverse();
    return rows.map((row) => toMessage(stream, row));
  }

  return {
    append: (message: NewMessage) => group.add(message),
    async page(stream: Stream, range: MessageRange): Promise<Message[]> {
      return page(stream, range);
    },
    async get(stream: Stream, seq: number): Promise<Message | null> {
      const row = bySeq.get(stream, seq);
      return row ? toMessage(stream, row) : null;
    },
    async lastSeq(stream: Stream): Promise<number> {
      return last.get(stream)?.seq ?? 0;
    },
    async lastSeqs(streams: readonly Stream[]): Promise<Map<Stream, number>> {
      const found = streams.map((stream) => [stream, last.get(stream)?.seq ?? 0] as const);
      return new Map(found.filter(([, seq]) => seq > 0));
    },
    /** Reads the newest messages of a conversation, oldest first. */
    newestOf(conversationId: string, limit: number): Message[] {
      return page(conversationStream(conversationId), { limit, from: "newest" });
    },
    close: () => group.close(),
  };
}
