import type { ClientSession, Document } from "mongodb";
import { readTimeoutMs } from "../deadlines.ts";
import type { Stream } from "../stream.ts";
import type { Connection } from "./connection/connection.ts";

/** The newest entry of a log. */
export interface LogHead {
  seq: number;
  timestamp: Date;
}

type Row = { _id: Stream } & LogHead;

/** How many logs one command reads at most. */
const streamsMax = 1_000;

/**
 * Reads the newest entries of logs, at majority, in commands that seek once for each log. Empty logs are left out.
 */
export async function readLogHeads(
  connection: Pick<Connection, "db" | "messages" | "isRouted">,
  streams: readonly Stream[],
  session?: ClientSession,
): Promise<Map<Stream, LogHead>> {
  const heads = new Map<Stream, LogHead>();
  for (let start = 0; start < streams.length; start += streamsMax) {
    const some = streams.slice(start, start + streamsMax);
    for (const [stream, head] of await readSome(connection, some, session)) heads.set(stream, head);
  }
  return heads;
}

async function readSome(
  { db, messages, isRouted }: Pick<Connection, "db" | "messages" | "isRouted">,
  streams: readonly Stream[],
  session?: ClientSession,
): Promise<Map<Stream, LogHead>> {
  const options = {
    maxTimeMS: readTimeoutMs,
    batchSize: streams.length + 1,
    ...(session && { session }),
  };
  const rows =
    streams.length > 1 && (await isRouted())
      ? db.aggregate<Row>(lookedUp(streams, messages.collectionName), options)
      : messages.aggregate<Row>(grouped(streams), options);
  return new Map(
    (await rows.toArray()).map(({ _id, seq, timestamp }) => [_id, { seq, timestamp }]),
  );
}

// With this sort, a backwards DISTINCT_SCAN of the index of positions answers the group.
function grouped(streams: readonly Stream[]): Document[] {
  return [
    { $match: { stream: { $in: [...streams] } } },
    { $sort: { stream: -1, seq: -1 } },
    { $group: { _id: "$stream", seq: { $first: "$seq" }, timestamp: { $first: "$timestamp" } } },
  ];
}

// Shards would send every entry of the logs to the router, which groups them. So each head is looked up.
function lookedUp(streams: readonly Stream[], from: string): Document[] {
  const newest = [{ $sort: { seq: -1 } }, { $limit: 1 }];
  return [
    { $documents: streams.map((stream) => ({ _id: stream })) },
    {
      $lookup: { from, localField: "_id", foreignField: "stream", pipeline: newest, as: "head" },
    },
    { $unwind: "$head" },
    { $project: { seq: "$head.seq", timestamp: "$head.timestamp" } },
  ];
}
