import { checkSameEntry, type StoredEntry } from "../../changes/repeats.ts";
import type { Events } from "../../commit/events.ts";
import { GroupCommit } from "../../commit/group-commit.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Entry } from "../../entities.ts";
import { ChunkedPage } from "../../paging/chunked-page.ts";
import type { Appended, LogHead, LogStore } from "../../ports/log.ts";
import { type Stream, streamOf } from "../../stream.ts";
import type { Activity, Append } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { entryKey, toEntry } from "../entry-documents.ts";
import { createGroupWriter } from "../writing/group-writer.ts";
import { withoutErased } from "./erased.ts";
import { openHeadReads } from "./head-reads.ts";
import { readLogPage } from "./pages.ts";

/** The logs, which stay open until `close`. */
export interface MongoLog extends LogStore {
  close(): Promise<void>;
}

/** Opens the logs. */
export function openLog(connection: Connection, activity: Activity, events: Events): MongoLog {
  const writer = createGroupWriter(connection, activity, events);
  const group = new GroupCommit<Append, Appended>({
    store: "mongodb",
    laneOf: ({ entry }) => streamOf(entry),
    write: writer.write,
    isAlone: writer.isContended,
    // In sends. A group is one command of at most 16 MB: this many messages of the greatest length fit.
    groupSizeMax: 240,
    groupsInFlightMax: 4,
    // The pool has 100 connections; the rest is left to reads.
    lanesAloneMax: 32,
  });

  const readHeads = openHeadReads(connection);

  async function findStored(stream: Stream, id: string): Promise<StoredEntry | undefined> {
    await using session = connection.client.startSession({ causalConsistency: true });
    const one = { _id: entryKey(stream, id), stream };
    const document = await connection.messages.findOne(one, { session, maxTimeMS: readTimeoutMs });
    const shown = document ? await withoutErased(connection, [document], session) : [];
    return shown.map((found) => ({ entry: toEntry(found), sentHash: found.sent_hash }))[0];
  }

  return {
    append: (entry, { admission = "join" } = {}) => group.add({ entry, admission }),
    async find(stream, id) {
      return (await findStored(stream, id))?.entry ?? null;
    },
    async findSame(entry) {
      const stored = await findStored(streamOf(entry), entry.id);
      if (!stored) return null;
      checkSameEntry(stored, entry);
      return stored.entry;
    },
    async page(stream, range) {
      // In one causal session: the second read sees what the first one saw, also after an election.
      await using session = connection.client.startSession({ causalConsistency: true });
      const page = new ChunkedPage<Entry>(range);
      for (let part = page.next; part; part = page.next) {
        const documents = await readLogPage(connection, { stream, ...part }, session);
        page.add((await withoutErased(connection, documents, session)).map(toEntry));
      }
      return page.items;
    },
    async heads(streams) {
      const heads = await readHeads(streams);
      const asked = new Map<Stream, LogHead>();
      for (const stream of streams) {
        const head = heads.get(stream);
        if (!head) continue;
        const { seq, count, said_seq } = head;
        asked.set(stream, { seq, count, said_seq });
      }
      return asked;
    },
    close: () => group.close(),
  };
}
