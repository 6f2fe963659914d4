import type { DatabaseSync } from "node:sqlite";
import type { Events } from "../commit/events.ts";
import { GroupCommit } from "../commit/group-commit.ts";
import type { Job } from "../commit/job.ts";
import type { Entry } from "../entities.ts";
import { isStoreError } from "../errors.ts";
import { checkSameEntry, notMember, timeOf } from "../new-entry.ts";
import type { Admission, Appended, LogHead, LogStore, NewEntry } from "../ports/log.ts";
import { type Stream, streamOf } from "../stream.ts";
import { openLogHeads } from "./log-heads.ts";
import { openLogPages } from "./log-pages.ts";
import type { Members } from "./members.ts";
import { type MessageRow, toEntry } from "./rows.ts";
import { inTransaction, prepareCommand, prepareQuery } from "./statements.ts";

/** How long after its newest message a conversation counts as quiet, in ms. */
export const quietAfterMs = 60_000;

const columns = "seq, id, user_id, content, timestamp";

/** The statements that append. A test checks the query plan of each. */
export const logSql = {
  insert: `INSERT INTO messages (stream, ${columns}) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (stream, id) DO NOTHING`,
  byId: `SELECT ${columns} FROM messages WHERE stream = ? AND id = ?`,
  touchConversation: `INSERT INTO conversations (id, created_at, last_seq, last_activity_at, written_at)
    VALUES (?, ?2, ?, ?2, ?)
    ON CONFLICT (id) DO UPDATE SET
      last_seq = excluded.last_seq,
      last_activity_at = excluded.last_activity_at,
      quiet_seq = iif(written_at < excluded.written_at - ${quietAfterMs}, last_seq, quiet_seq),
      written_at = excluded.written_at`,
} as const;

/** An entry to append. */
interface Append {
  entry: NewEntry;
  admission: Admission;
}

/** The logs, which stay open until `close`. */
export interface SqliteLog extends LogStore {
  close(): Promise<void>;
}

/** Opens the logs. */
export function openLog(
  db: DatabaseSync,
  members: Members,
  events: Pick<Events, "emit">,
): SqliteLog {
  const insert = prepareCommand(db, logSql.insert);
  const byId = prepareQuery<MessageRow>(db, logSql.byId);
  const touchConversation = prepareCommand(db, logSql.touchConversation);
  const readHead = openLogHeads(db);
  const readRows = openLogPages(db);
  const group = new GroupCommit<Append, Appended>({
    store: "sqlite",
    laneOf: ({ entry }) => streamOf(entry),
    write: writeGroup,
    groupSizeMax: 512,
    groupsInFlightMax: 1,
  });

  /** Commits a group. An entry that is refused has written nothing, and the others are stored. */
  function writeGroup(jobs: readonly Job<Append, Appended>[]): void {
    const answers: (() => void)[] = [];
    inTransaction(db, () => {
      for (const { item, resolve, reject } of jobs) {
        try {
          const { appended, joined } = write(item);
          answers.push(() => {
            const { user_id } = item.entry;
            if (joined !== null) events.emit({ kind: "joined", conversation_id: joined, user_id });
            if (appended.created) events.emit({ kind: "entry", entry: appended.entry });
            resolve(appended);
          });
        } catch (error) {
          if (!isStoreError(error, "conflict") && !isStoreError(error, "not_member")) throw error;
          answers.push(() => reject(error));
        }
      }
    });
    for (const answer of answers) answer();
  }

  /** Stores an entry. `joined` is the conversation that its author joined with it, if any. */
  function write({ entry, admission }: Append): { appended: Appended; joined: string | null } {
    const { conversation_id, user_id } = entry;
    const isRestricted = conversation_id !== null && admission === "members_only";
    if (isRestricted && !members.has(user_id, conversation_id)) {
      throw notMember({ conversation_id, user_id });
    }
    const stream = streamOf(entry);
    // Before the time of the entry: its author joins with it, not after it.
    const now = Date.now();
    const before = readHead(stream);
    const row: MessageRow = {
      seq: (before?.seq ?? 0) + 1,
      id: entry.id,
      user_id,
      content: entry.content,
      timestamp: timeOf(entry, before?.timestamp),
    };
    const inserted = insert.run(stream, row.seq, row.id, row.user_id, row.content, row.timestamp);
    if (inserted === 0) {
      return { appended: { entry: findSame(stream, entry), created: false }, joined: null };
    }
    const appended = { entry: toEntry(stream, row), created: true };
    if (conversation_id === null) return { appended, joined: null };
    touchConversation.run(conversation_id, row.timestamp, row.seq, now);
    const isNew = members.join(user_id, conversation_id, now);
    return { appended, joined: isNew ? conversation_id : null };
  }

  function findSame(stream: Stream, entry: NewEntry): Entry {
    const row = byId.get(stream, entry.id);
    if (!row) throw new Error(`the id ${entry.id} is taken, but no entry has it`);
    const stored = toEntry(stream, row);
    checkSameEntry(stored, entry);
    return stored;
  }

  return {
    append: (entry, { admission = "join" } = {}) => group.add({ entry, admission }),
    async page(stream, range) {
      return readRows(stream, range).map((row) => toEntry(stream, row));
    },
    async heads(streams) {
      const heads = new Map<Stream, LogHead>();
      for (const stream of streams) {
        const head = readHead(stream);
        if (head) heads.set(stream, { seq: head.seq });
      }
      return heads;
    },
    close: () => group.close(),
  };
}
