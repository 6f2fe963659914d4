import type { ClientSession } from "mongodb";
import type { Entry } from "../../entities.ts";
import { timeOf } from "../../new-entry.ts";
import { type Stream, streamOf } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { MessageDocument } from "../documents.ts";
import { type LogHead, readLogHeads } from "../log-heads.ts";
import type { PendingAppend } from "./pending-append.ts";
import { RecentMap } from "./recent-map.ts";

const streamsKnownMax = 50_000;
const nothing: LogHead = { seq: 0, timestamp: new Date(0) };

/**
 * Creates the allocator of positions. An entry gets the position after the newest entry of its stream that a majority
 * acknowledged to this process, or that was read at majority. Local reads left holes after an election.
 */
export function createSeqAllocator(connection: Connection) {
  const last = new RecentMap<Stream, LogHead>(streamsKnownMax);

  async function learn(streams: Set<Stream>, session: ClientSession): Promise<void> {
    const unknown = [...streams].filter((stream) => !last.get(stream));
    const heads = await readLogHeads(connection, unknown, session);
    for (const stream of unknown) last.set(stream, heads.get(stream) ?? nothing);
  }

  return {
    /** Creates the documents of entries, in the given order. */
    async number(
      appends: readonly PendingAppend[],
      session: ClientSession,
    ): Promise<MessageDocument[]> {
      await learn(new Set(appends.map(({ stream }) => stream)), session);
      const heads = new Map<Stream, LogHead>();
      return appends.map(({ append: { entry }, key, stream }) => {
        const before = heads.get(stream) ?? last.get(stream) ?? nothing;
        const timestamp = new Date(timeOf(entry, before.timestamp.getTime()));
        const head = { seq: before.seq + 1, timestamp };
        heads.set(stream, head);
        const { user_id, content } = entry;
        return { _id: key, stream, seq: head.seq, user_id, content, timestamp };
      });
    },
    /** Remembers a document that a majority has acknowledged. */
    acknowledge({ stream, seq, timestamp }: MessageDocument): void {
      if (seq > (last.get(stream)?.seq ?? 0)) last.set(stream, { seq, timestamp });
    },
    /** Raises what is known of a stream by an entry that a majority has, stored by any process. */
    hear(entry: Entry): void {
      const stream = streamOf(entry);
      const known = last.get(stream);
      if (!known || entry.seq <= known.seq) return;
      last.set(stream, { seq: entry.seq, timestamp: new Date(entry.timestamp) });
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
