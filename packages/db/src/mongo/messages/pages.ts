import type { Filter } from "mongodb";
import type { MessageRange } from "../../ports/messages.ts";
import type { Stream } from "../../stream.ts";
import type { CausalReads } from "../connection/causal-reads.ts";
import type { Connection } from "../connection/connection.ts";
import { aspectKey, type EntryDocument } from "../entry-documents.ts";
import { between } from "../log/pages.ts";

/** Which messages to read. */
export interface MessageQuery extends MessageRange {
  stream: Stream;
}

/**
 * Reads part of the messages of a log, oldest first, as they were sent. Other entries of the log cost nothing: the indexes that
 * are read have only messages.
 */
export async function readMessagePage(
  connection: Pick<Connection, "messages">,
  query: MessageQuery,
  reads: CausalReads,
): Promise<EntryDocument[]> {
  const { limit, from, deleted = false } = query;
  const texts = await find(connection, { query, isStub: false }, reads);
  const stubs = deleted ? await find(connection, { query, isStub: true }, reads) : [];
  if (stubs.length === 0) return texts;
  // A message that is erased between the two reads is in both.
  const bySeq = new Map([...texts, ...stubs].map((document) => [document.seq, document]));
  const both = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return from === "oldest" ? both.slice(0, limit) : both.slice(-limit);
}

async function find(
  { messages }: Pick<Connection, "messages">,
  { query, isStub }: { query: MessageQuery; isStub: boolean },
  reads: CausalReads,
): Promise<EntryDocument[]> {
  const { stream, thread, limit, from, ...bounds } = query;
  const kind: Filter<EntryDocument> = isStub
    ? { deleted_seq: { $exists: true } }
    : { content: { $exists: true } };
  const filter: Filter<EntryDocument> = {
    stream,
    ...between(bounds),
    ...kind,
    ...(typeof thread === "number" && { thread: aspectKey(stream, thread, "thread") }),
    ...(thread === "none" && { thread_seq: { $exists: false } }),
  };
  const documents = await reads.rows<EntryDocument>({
    find: messages.collectionName,
    filter,
    sort: { seq: from === "oldest" ? 1 : -1 },
    limit,
    // The whole part in one reply, which holds 16 MB: `ChunkedPage` asks for less.
    batchSize: limit,
    singleBatch: true,
  });
  return from === "oldest" ? documents : documents.reverse();
}
