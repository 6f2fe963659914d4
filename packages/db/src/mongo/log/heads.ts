import type { ClientSession, Document } from "mongodb";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { readRows } from "../connection/read-rows.ts";
import type { EntryDocument } from "../entry-documents.ts";

/** The newest entry of a log, and the newest message up to it. */
export interface LogHead {
  seq: number;
  timestamp: Date;
  /** How many messages the log holds, deleted ones included. */
  count: number;
  said_seq: number;
  said_at: Date;
}

/** The fields of the newest entry that tell the head. */
type Newest = Pick<EntryDocument, "seq" | "timestamp" | "count" | "said_seq" | "said_at">;
type Row = { _id: Stream } & Newest;

/** The head of a log without entries. */
export const noHead: LogHead = {
  seq: 0,
  timestamp: new Date(0),
  count: 0,
  said_seq: 0,
  said_at: new Date(0),
};

/** Returns the head of a log that ends in this entry. */
export function headOf({ seq, timestamp, count, said_seq, said_at }: Newest): LogHead {
  return {
    seq,
    timestamp,
    count: count ?? seq,
    said_seq: said_seq ?? seq,
    said_at: said_at ?? timestamp,
  };
}

/** How many logs one command reads at most. */
const streamsMax = 1_000;

/** What reading heads needs. */
export type HeadParts = Pick<Connection, "db" | "messages" | "isRouted" | "horizon">;

/**
 * Reads the newest entries of logs, at majority, in commands that seek once for each log. Empty logs are left out. Pages that are
 * read later are at least as new.
 */
export async function readLogHeads(
  connection: HeadParts,
  streams: readonly Stream[],
  session?: ClientSession,
): Promise<Map<Stream, LogHead>> {
  const heads = new Map<Stream, LogHead>();
  for (let start = 0; start < streams.length; start += streamsMax) {
    const some = streams.slice(start, start + streamsMax);
    for (const row of await readSome(connection, some, session)) heads.set(row._id, headOf(row));
  }
  return heads;
}

async function readSome(
  { db, messages, isRouted, horizon }: HeadParts,
  streams: readonly Stream[],
  session?: ClientSession,
): Promise<Row[]> {
  const { collectionName } = messages;
  const isLookedUp = streams.length > 1 && (await isRouted());
  const command = {
    aggregate: isLookedUp ? 1 : collectionName,
    pipeline: isLookedUp ? lookedUp(streams, collectionName) : grouped(streams),
    cursor: { batchSize: streams.length + 1 },
  };
  const { rows, time } = await readRows<Row>(db, command, { session, after: horizon.time });
  horizon.raise(time);
  return rows;
}

// What a document lacks stays absent.
const ofNewest = Object.fromEntries(
  ["seq", "timestamp", "count", "said_seq", "said_at"].map((name) => [name, `$newest.${name}`]),
);

// With this sort, a backwards DISTINCT_SCAN of the index of positions answers the group.
function grouped(streams: readonly Stream[]): Document[] {
  return [
    { $match: { stream: { $in: [...streams] } } },
    { $sort: { stream: -1, seq: -1 } },
    { $group: { _id: "$stream", newest: { $first: "$$ROOT" } } },
    { $project: ofNewest },
  ];
}

// Shards would send every entry of the logs to the router, which groups them. So each head is looked up.
function lookedUp(streams: readonly Stream[], from: string): Document[] {
  const newest = [{ $sort: { seq: -1 } }, { $limit: 1 }];
  return [
    { $documents: streams.map((stream) => ({ _id: stream })) },
    {
      $lookup: { from, localField: "_id", foreignField: "stream", pipeline: newest, as: "newest" },
    },
    { $unwind: "$newest" },
    { $project: ofNewest },
  ];
}
