import type { ClientSession } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import type { LogRange } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { EntryDocument } from "../entry-documents.ts";

/** Reads part of a log, oldest first. */
export async function readLogPage(
  { messages }: Pick<Connection, "messages">,
  { stream, limit, from, ...bounds }: LogRange & { stream: Stream },
  session?: ClientSession,
): Promise<EntryDocument[]> {
  const documents = await messages
    .find({ stream, ...between(bounds) }, { ...(session && { session }) })
    .sort({ seq: from === "oldest" ? 1 : -1 })
    .limit(limit)
    // The whole page in one reply.
    .batchSize(limit + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  return from === "oldest" ? documents : documents.reverse();
}

/** Makes the filter for the positions between two bounds, both exclusive. */
export function between({ after, before }: Pick<LogRange, "after" | "before">) {
  if (after === undefined && before === undefined) return {};
  return {
    seq: {
      ...(after !== undefined && { $gt: after }),
      ...(before !== undefined && { $lt: before }),
    },
  };
}
