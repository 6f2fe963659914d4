import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import { seqIndex } from "../connection/schema.ts";
import type { EntryDocument } from "../entry-documents.ts";
import type { Stretch } from "./lookups.ts";
import { readPendingDeletions } from "./pending-deletions.ts";

/** What counts of a message. */
export interface SeenMessage extends Pick<EntryDocument, "seq" | "user_id" | "mentions"> {
  isDeleted: boolean;
}

interface Window {
  after: number;
  to: number;
  messages: SeenMessage[];
}

type Row = Pick<EntryDocument, "stream" | "seq" | "user_id" | "kind" | "deleted_seq" | "mentions">;

/** How many entries a window has at most. What is longer is looked up. */
const windowMax = 64;
/** How many entries one command reads, more or less. */
const entriesMax = 5_000;

/** The newest entries of logs, as far as they were read. For a short stretch, that costs far less than looking things up. */
export class LogWindows {
  readonly #windows: ReadonlyMap<Stream, Window>;

  constructor(windows: ReadonlyMap<Stream, Window> = new Map()) {
    this.#windows = windows;
  }

  /** Returns the messages in a stretch, oldest first; `undefined` when it was not read. */
  messagesIn({ stream, after, to }: Omit<Stretch, "user_id">): SeenMessage[] | undefined {
    const window = this.#windows.get(stream);
    if (!window || after < window.after || to > window.to) return undefined;
    return window.messages.filter(({ seq }) => seq > after && seq <= to);
  }
}

/** Reads the entries of stretches that end at the head of their log, except of long ones. */
export async function readWindows(
  connection: Pick<Connection, "db" | "messages" | "horizon">,
  asked: readonly Stretch[],
): Promise<LogWindows> {
  const windows = new Map<Stream, Window>();
  for (const { stream, after, to } of asked) {
    if (to - after > windowMax) continue;
    const known = windows.get(stream);
    if (!known) windows.set(stream, { after, to, messages: [] });
    else if (after < known.after) known.after = after;
  }
  if (windows.size === 0) return new LogWindows();
  const pending = await readPendingDeletions(connection, new Set(windows.keys()));
  const complete = new Map<Stream, Window>();
  for (const some of inPieces(windows)) {
    const rows = await readEntries(connection, some);
    for (const [stream, entries] of Map.groupBy(rows, (row) => row.stream)) {
      const window = windows.get(stream);
      // Positions have no holes. What does not fit into one reply is left out, and so looked up.
      if (!window || entries.length !== window.to - window.after) continue;
      const isPending = (seq: number) => pending.get(stream)?.has(seq) === true;
      window.messages = entries
        .filter(({ kind }) => kind === undefined)
        .map(({ seq, user_id, mentions, deleted_seq }) => {
          const isDeleted = deleted_seq !== undefined || isPending(seq);
          return { seq, user_id, ...(mentions !== undefined && { mentions }), isDeleted };
        })
        .sort((a, b) => a.seq - b.seq);
      complete.set(stream, window);
    }
  }
  return new LogWindows(complete);
}

function readEntries(
  connection: Pick<Connection, "db" | "messages" | "horizon">,
  windows: readonly [Stream, Window][],
): Promise<Row[]> {
  return readInOrder<Row>(connection, {
    find: connection.messages.collectionName,
    filter: {
      $or: windows.map(([stream, { after, to }]) => ({ stream, seq: { $gt: after, $lte: to } })),
    },
    // Otherwise each of the searches is planned by itself.
    hint: seqIndex,
    projection: { _id: 0, stream: 1, seq: 1, user_id: 1, kind: 1, deleted_seq: 1, mentions: 1 },
    batchSize: entriesMax + windowMax,
    singleBatch: true,
  });
}

function inPieces(windows: ReadonlyMap<Stream, Window>): [Stream, Window][][] {
  const pieces: [Stream, Window][][] = [];
  let entries = Number.POSITIVE_INFINITY;
  for (const [stream, window] of windows) {
    entries += window.to - window.after;
    if (entries > entriesMax) {
      pieces.push([]);
      entries = window.to - window.after;
    }
    pieces.at(-1)?.push([stream, window]);
  }
  return pieces;
}
