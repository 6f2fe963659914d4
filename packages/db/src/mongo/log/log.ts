import type { Events } from "../../commit/events.ts";
import { GroupCommit } from "../../commit/group-commit.ts";
import type { Entry } from "../../entities.ts";
import { ChunkedPage } from "../../paging/chunked-page.ts";
import type { Appended, LogStore } from "../../ports/log.ts";
import { streamOf } from "../../stream.ts";
import type { Activity, Append } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { toEntry } from "../entry-documents.ts";
import { createGroupWriter } from "../writing/group-writer.ts";
import { withoutErased } from "./erased.ts";
import { readLogHeads } from "./heads.ts";
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

  return {
    append: (entry, { admission = "join" } = {}) => group.add({ entry, admission }),
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
      const heads = await readLogHeads(connection, streams);
      return new Map(
        [...heads].map(([stream, { seq, count, said_seq }]) => [stream, { seq, count, said_seq }]),
      );
    },
    close: () => group.close(),
  };
}
