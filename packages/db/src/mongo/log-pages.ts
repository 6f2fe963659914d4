import type { ClientSession } from "mongodb";
import { readTimeoutMs } from "../deadlines.ts";
import type { LogRange } from "../ports/log.ts";
import type { Stream } from "../stream.ts";
import type { Connection } from "./connection/connection.ts";
import type { MessageDocument } from "./documents.ts";

/** Reads part of a log, oldest first. */
export async function readLogPage(
  { messages }: Pick<Connection, "messages">,
  { stream, after, before, limit, from }: LogRange & { stream: Stream },
  session?: ClientSession,
): Promise<MessageDocument[]> {
  const seq = {
    ...(after !== undefined && { $gt: after }),
    ...(before !== undefined && { $lt: before }),
  };
  const isBounded = after !== undefined || before !== undefined;
  const documents = await messages
    .find(isBounded ? { stream, seq } : { stream }, { ...(session && { session }) })
    .sort({ seq: from === "oldest" ? 1 : -1 })
    .limit(limit)
    // The whole page in one reply.
    .batchSize(limit + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  return from === "oldest" ? documents : documents.reverse();
}
