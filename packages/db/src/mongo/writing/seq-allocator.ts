import type { ClientSession } from "mongodb";
import { RecentMap } from "../../commit/recent-map.ts";
import type { Entry } from "../../entities.ts";
import { type Stream, streamOf } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { headOf, type LogHead, noHead, readLogHeads } from "../log/heads.ts";

const streamsKnownMax = 50_000;

/**
 * Creates the allocator of positions. An entry gets the position after the newest entry of its stream that a majority
 * acknowledged to this process, or that was read at majority. Local reads left holes after an election.
 */
export function createSeqAllocator(connection: Connection) {
  const last = new RecentMap<Stream, LogHead>(streamsKnownMax);

  return {
    /** Returns the newest entries of streams. Those that are not known are read. */
    async headsOf(
      streams: ReadonlySet<Stream>,
      session: ClientSession,
    ): Promise<Map<Stream, LogHead>> {
      const unknown = [...streams].filter((stream) => !last.get(stream));
      const read = await readLogHeads(connection, unknown, session);
      for (const stream of unknown) last.set(stream, read.get(stream) ?? noHead);
      return new Map([...streams].map((stream) => [stream, last.get(stream) ?? noHead]));
    },
    /** Remembers a document that a majority has acknowledged. */
    acknowledge(document: EntryDocument): void {
      const known = last.get(document.stream) ?? noHead;
      if (document.seq > known.seq) last.set(document.stream, headOf(document));
    },
    /** Raises what is known of a stream by an entry that a majority has, stored by any process. */
    hear(entry: Entry): void {
      const stream = streamOf(entry);
      const known = last.get(stream);
      if (!known || entry.seq <= known.seq) return;
      // Only the entry right after the known one tells how many messages there are.
      if (entry.seq !== known.seq + 1) {
        last.delete(stream);
        return;
      }
      const { seq } = entry;
      const timestamp = new Date(entry.timestamp);
      const isMessage = entry.kind === "message";
      const said = isMessage
        ? { count: known.count + 1, said_seq: seq, said_at: timestamp }
        : undefined;
      last.set(stream, { ...known, seq, timestamp, ...said });
    },
    /** Forgets the newest entry of a stream: the next entry reads it again. */
    forget(stream: Stream): void {
      last.delete(stream);
    },
    /** Forgets the newest entries of all streams. */
    forgetAll(): void {
      last.clear();
    },
  };
}

/** The allocator of positions. */
export type SeqAllocator = ReturnType<typeof createSeqAllocator>;
