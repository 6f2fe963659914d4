import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import type { EntryDocument } from "../entry-documents.ts";

/** The messages of logs whose deletions are stored, but whose texts may not be erased yet. */
export type PendingDeletions = ReadonlyMap<Stream, ReadonlySet<number>>;

/** How many interrupted deletions one command reads. */
const pendingMax = 10_000;

/** Reads which messages are about to be erased. Those that are erased meanwhile are found as erased by what is read after this. */
export async function readPendingDeletions(
  connection: Pick<Connection, "db" | "messages" | "horizon">,
  streams: ReadonlySet<Stream>,
): Promise<PendingDeletions> {
  const deletions = await readInOrder<Pick<EntryDocument, "stream" | "target_seq">>(connection, {
    find: connection.messages.collectionName,
    filter: { erasing: true, stream: { $in: [...streams] } },
    hint: "erasing",
    projection: { _id: 0, stream: 1, target_seq: 1 },
    batchSize: pendingMax,
    singleBatch: true,
  });
  const pending = new Map<Stream, Set<number>>();
  for (const { stream, target_seq = 0 } of deletions) {
    pending.set(stream, (pending.get(stream) ?? new Set()).add(target_seq));
  }
  return pending;
}
