import type { DatabaseSync } from "node:sqlite";
import type { LogRange } from "../../ports/log.ts";
import type { MessageRange } from "../../ports/messages.ts";
import type { Stream } from "../../stream.ts";
import { type MessageRow, messageColumns, prepareMessages } from "../rows.ts";
import type { Query } from "../statements.ts";

const range = "stream = ?1 AND seq > ?2 AND seq < ?3";
const messages = `SELECT ${messageColumns} FROM messages WHERE ${range}`;
const exists = "changed IS NOT 0";

const sources = {
  all: `${messages} AND ${exists}`,
  main: `${messages} AND thread_seq IS NULL AND ${exists}`,
  thread: `${messages} AND thread_seq = ?5 AND ${exists}`,
  allWithStubs: messages,
  mainWithStubs: `${messages} AND thread_seq IS NULL`,
  threadWithStubs: `${messages} AND thread_seq = ?5`,
} as const;

type Source = keyof typeof sources;
const sourceNames = Object.keys(sources) as Source[];

/** The statement for a page. A test checks the query plan of each. */
export function messagePageSql(source: Source, from: LogRange["from"]): string {
  return `${sources[source]} ORDER BY seq ${from === "oldest" ? "ASC" : "DESC"} LIMIT ?4`;
}

/** All statements for pages. */
export const messagePageSqls = sourceNames.flatMap((source) => [
  messagePageSql(source, "oldest"),
  messagePageSql(source, "newest"),
]);

/** Opens the function that reads part of the messages of a log, oldest first, as they were sent. */
export function openMessagePages(
  db: DatabaseSync,
): (stream: Stream, range: MessageRange) => MessageRow[] {
  const prepare = (from: LogRange["from"]) =>
    new Map(
      sourceNames.map((source) => {
        return [source, prepareMessages(db, messagePageSql(source, from))];
      }),
    );
  const queries: Record<LogRange["from"], Map<Source, Query<MessageRow>>> = {
    oldest: prepare("oldest"),
    newest: prepare("newest"),
  };

  return (stream, range) => {
    const { after = 0, before = Number.MAX_SAFE_INTEGER, limit, from, thread } = range;
    const query = queries[from].get(sourceOf(range));
    if (!query) throw new Error("there is a statement for every source");
    const root = typeof thread === "number" ? [thread] : [];
    const rows = query.all(stream, after, before, limit, ...root);
    return from === "oldest" ? rows : rows.reverse();
  };
}

function sourceOf({ deleted = false, thread }: MessageRange): Source {
  const source = thread === undefined ? "all" : thread === "none" ? "main" : "thread";
  return deleted ? `${source}WithStubs` : source;
}
