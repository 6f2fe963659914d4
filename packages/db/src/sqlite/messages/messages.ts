import type { DatabaseSync } from "node:sqlite";
import { toCurrent } from "../../changes/current.ts";
import type { Message } from "../../entities.ts";
import { ChunkedPage } from "../../paging/chunked-page.ts";
import { fitPage } from "../../paging/page-length.ts";
import type { MessageRange, MessageStore } from "../../ports/messages.ts";
import { conversationStream, type Stream } from "../../stream.ts";
import type { LogHeads } from "../log/heads.ts";
import { messageAtSql, prepareMessages, toMessage } from "../rows.ts";
import { openMessagePages } from "./pages.ts";
import { openReactors } from "./reactors.ts";
import { openStates } from "./states.ts";
import { openVersions } from "./versions.ts";

/** How far apart changed messages are read together. Those between them may belong to other threads, and are read as well. */
const spanMax = 512;

/** The messages, with a reader for those that a conversation carries. */
export interface SqliteMessages extends MessageStore {
  /** Reads the newest messages of a conversation, oldest first, as many as fit into a page. */
  newestOf(conversationId: string, limit: number): Message[];
}

/** Opens the messages. */
export function openMessages(db: DatabaseSync, heads: Pick<LogHeads, "get">): SqliteMessages {
  const bySeq = prepareMessages(db, messageAtSql);
  const states = openStates(db);
  const readRows = openMessagePages(db);
  const readReactors = openReactors(db);
  const readVersions = openVersions(db);

  function page(stream: Stream, range: MessageRange): ChunkedPage<Message, MessageRange> {
    const page = new ChunkedPage<Message, MessageRange>(range);
    for (let part = page.next; part; part = page.next) page.add(read(stream, part));
    return page;
  }

  function read(stream: Stream, range: MessageRange): Message[] {
    const rows = readRows(stream, range);
    const first = rows.find((row) => row.changed !== null);
    if (!first) return rows.map((row) => toMessage(stream, row));
    const last = rows.findLast((row) => row.changed !== null) ?? first;
    const isNear = last.seq - first.seq < spanMax;
    const found = isNear ? states.between(stream, first.seq, last.seq) : undefined;
    return rows.map((row) => {
      const message = toMessage(stream, row);
      if (row.changed === null) return message;
      return toCurrent(message, found ? (found.get(row.seq) ?? {}) : states.of(stream, row.seq));
    });
  }

  function get(stream: Stream, seq: number): Message | null {
    const row = bySeq.get(stream, seq);
    if (!row) return null;
    const message = toMessage(stream, row);
    return row.changed === null ? message : toCurrent(message, states.of(stream, seq));
  }

  return {
    async page(stream, range) {
      return page(stream, range).items;
    },
    async readOn(stream, { after, before = Number.MAX_SAFE_INTEGER, limit, ...view }) {
      const found = page(stream, { after, before, limit, from: "oldest", ...view });
      const messages = found.items;
      const last = messages.at(-1)?.seq ?? after;
      if (!found.isEnd) return { messages, read_to: last };
      // Nothing is written between the two reads: they run in the same turn.
      const head = heads.get(stream).seq;
      return { messages, read_to: Math.max(last, Math.min(head, before - 1)) };
    },
    async get(stream, seq) {
      return get(stream, seq);
    },
    async versions(stream, seq) {
      return readVersions(stream, seq);
    },
    async reactors(stream, seq, range) {
      return readReactors(stream, seq, range);
    },
    newestOf(conversationId, limit) {
      const range = { limit, from: "newest" } as const;
      return fitPage(page(conversationStream(conversationId), range).items, range);
    },
  };
}
