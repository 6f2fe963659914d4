import type { ClientSession } from "mongodb";
import type { Entry } from "../../entities.ts";
import { timeOf } from "../../new-entry.ts";
import type { NewEntry } from "../../ports/log.ts";
import { type Stream, streamOf } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { MessageDocument } from "../documents.ts";
import { type LogHead, readLogHeads } from "../log-heads.ts";
import { RecentMap } from "./recent-map.ts";

/** An entry that is to get the next position of its log. */
interface Unnumbered {
  job: { item: { entry: NewEntry } };
  key: string;
  stream: Stream;
}

const streamsKnownMax = 50_000;
const nothing: LogHead = { seq: 0, timestamp: new Date(0) };

/**
 * Gives entries the positions behind the newest entries of their streams. What it takes for the newest is what a majority
 * acknowledged to this process or what it read at majority, never a local read: that left holes after an election.
 */
export function createSeqAllocator(connection: Connection) {
  const last = new RecentMap<Stream, LogHead>(streamsKnownMax);

  async function learn(streams: Set<Stream>, session: ClientSession): Promise<void> {
    const unknown = [...streams].filter((stream) => !last.get(stream));
    const heads = await readLogHeads(connection, unknown, session);
    for (const stream of unknown) last.set(stream, heads.get(stream) ?? nothing);
  }

  return {
    /** Makes the documents of entries, in the order given. */
    async number(
      entries: readonly Unnumbered[],
      session: ClientSession,
    ): Promise<MessageDocument[]> {
      await learn(new Set(entries.map(({ stream }) => stream)), session);
      const heads = new Map<Stream, LogHead>();
      return entries.map(({ job, key, stream }) => {
        const { entry } = job.item;
        const before = heads.get(stream) ?? last.get(stream) ?? nothing;
        const timestamp = new Date(timeOf(entry, before.timestamp.getTime()));
        const head = { seq: before.seq + 1, timestamp };
        heads.set(stream, head);
        const { user_id, content } = entry;
        return { _id: key, stream, seq: head.seq, user_id, content, timestamp };
      });
    },
    /** Learns that a majority has a document. */
    acknowledge({ stream, seq, timestamp }: MessageDocument): void {
      if (seq > (last.get(stream)?.seq ?? 0)) last.set(stream, { seq, timestamp });
    },
    /** Hears that a majority has an entry of any process: what was known of its log is raised. */
    hear(entry: Entry): void {
      const stream = streamOf(entry);
      const known = last.get(stream);
      if (!known || entry.seq <= known.seq) return;
      last.set(stream, { seq: entry.seq, timestamp: new Date(entry.timestamp) });
    },
    /** Reads anew what is the newest entry of a stream, the next time it matters. */
    forget(stream: Stream): void {
      last.delete(stream);
    },
    /** Reads anew what is the newest entry of every stream. */
    forgetAll(): void {
      last.clear();
    },
  };
}
