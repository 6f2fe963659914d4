import type { DatabaseSync } from "node:sqlite";
import type { ChangeEntry, Entry } from "../../entities.ts";
import { ChunkedPage } from "../../paging/chunked-page.ts";
import type { LogRange } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import {
  type ChangeRow,
  changeColumns,
  type MessageRow,
  messageColumns,
  prepareMessages,
  toChangeEntry,
  toMessageEntry,
} from "../rows.ts";
import { prepareQuery } from "../statements.ts";
import type { LogHeads } from "./heads.ts";

type LogRow = MessageRow | (MessageRow & ChangeRow);

const range = "stream = ?1 AND seq > ?2 AND seq < ?3";
const withKind = `SELECT ${messageColumns}, NULL AS kind, NULL AS body FROM messages WHERE ${range}`;
// Both tables have an index in the order of positions, so SQLite merges them without sorting.
const both = `${withKind} UNION ALL
  SELECT seq, id, user_id, '', timestamp, NULL, NULL, kind, body FROM changes WHERE ${range}`;

/** The statements for pages and single entries. A test checks the query plan of each. */
export const logPageSql = {
  oldest: `${both} ORDER BY seq LIMIT ?4`,
  newest: `${both} ORDER BY seq DESC LIMIT ?4`,
  oldestMessages: `SELECT ${messageColumns} FROM messages WHERE ${range} ORDER BY seq LIMIT ?4`,
  newestMessages: `SELECT ${messageColumns} FROM messages WHERE ${range} ORDER BY seq DESC LIMIT ?4`,
  messageById: `SELECT ${messageColumns} FROM messages WHERE stream = ? AND id = ?`,
  sentHashById: "SELECT sent_hash FROM messages WHERE stream = ? AND id = ?",
  changeById: `SELECT ${changeColumns} FROM changes WHERE stream = ? AND id = ?`,
  changeBySeq: `SELECT ${changeColumns} FROM changes WHERE stream = ? AND seq = ?`,
} as const;

/** Reads entries of logs. */
export interface LogPages {
  /** Reads part of a log, oldest first. */
  page(stream: Stream, range: LogRange): Entry[];
  byId(stream: Stream, id: string): Entry | undefined;
  /** Reads the hash of what was sent as a message, where a hook has changed it. */
  sentHashOf(stream: Stream, id: string): string | null | undefined;
  changeAt(stream: Stream, seq: number): ChangeEntry | undefined;
}

/** Opens the reader of logs. */
export function openLogPages(db: DatabaseSync, heads: Pick<LogHeads, "get">): LogPages {
  const all = {
    oldest: prepareQuery<LogRow>(db, logPageSql.oldest),
    newest: prepareQuery<LogRow>(db, logPageSql.newest),
  };
  const messages = {
    oldest: prepareMessages(db, logPageSql.oldestMessages),
    newest: prepareMessages(db, logPageSql.newestMessages),
  };
  const messageById = prepareMessages(db, logPageSql.messageById);
  const sentHashById = prepareQuery<{ sent_hash: string | null }>(db, logPageSql.sentHashById);
  const changeById = prepareQuery<ChangeRow>(db, logPageSql.changeById);
  const changeBySeq = prepareQuery<ChangeRow>(db, logPageSql.changeBySeq);

  function read(
    stream: Stream,
    { after = 0, before = Number.MAX_SAFE_INTEGER, limit, from }: LogRange,
  ): Entry[] {
    const { seq, count } = heads.get(stream);
    // A log that holds nothing but messages is read from their table alone.
    const queries = seq === count ? messages : all;
    const rows: LogRow[] = queries[from].all(stream, after, before, limit);
    if (from === "newest") rows.reverse();
    return rows.map((row) => toEntry(stream, row));
  }

  return {
    page(stream, range) {
      const page = new ChunkedPage<Entry>(range);
      for (let part = page.next; part; part = page.next) page.add(read(stream, part));
      return page.items;
    },
    byId(stream, id) {
      const message = messageById.get(stream, id);
      if (message) return toMessageEntry(stream, message);
      const change = changeById.get(stream, id);
      return change && toChangeEntry(stream, change);
    },
    sentHashOf: (stream, id) => sentHashById.get(stream, id)?.sent_hash,
    changeAt(stream, seq) {
      const change = changeBySeq.get(stream, seq);
      return change && toChangeEntry(stream, change);
    },
  };
}

function toEntry(stream: Stream, row: LogRow): Entry {
  return "body" in row && row.body !== null
    ? toChangeEntry(stream, row)
    : toMessageEntry(stream, row);
}
