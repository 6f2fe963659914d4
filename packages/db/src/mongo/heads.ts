import type { ClientSession } from "mongodb";
import type { Stream } from "../stream.ts";
import { type Connection, readTimeoutMs } from "./connection.ts";

/** The newest entry of a stream. */
export interface Head {
  seq: number;
  timestamp: Date;
}

/**
 * Reads the newest entries of streams, at majority, in one command that seeks once a stream; those without one are left out.
 */
export async function readHeads(
  { messages }: Connection,
  streams: readonly Stream[],
  session?: ClientSession,
): Promise<Map<Stream, Head>> {
  if (streams.length === 0) return new Map();
  // Sorted so, the group is answered by a DISTINCT_SCAN of the index of positions, read backwards.
  const rows = await messages
    .aggregate<{ _id: Stream } & Head>(
      [
        { $match: { stream: { $in: [...streams] } } },
        { $sort: { stream: -1, seq: -1 } },
        {
          $group: { _id: "$stream", seq: { $first: "$seq" }, timestamp: { $first: "$timestamp" } },
        },
      ],
      { maxTimeMS: readTimeoutMs, batchSize: streams.length + 1, ...(session && { session }) },
    )
    .toArray();
  return new Map(rows.map(({ _id, seq, timestamp }) => [_id, { seq, timestamp }]));
}
