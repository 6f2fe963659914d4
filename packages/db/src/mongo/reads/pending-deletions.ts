import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";
import { seqIndex } from "../connection/schema.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { placeKey } from "../writing/targets.ts";
import type { Stretch } from "./lookups.ts";

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

/** Returns the positions in a stretch whose messages are about to be erased. */
export function pendingIn({ stream, after, to }: Stretch, pending: PendingDeletions): number[] {
  return [...(pending.get(stream) ?? [])].filter((seq) => seq > after && seq <= to);
}

/** Counts the messages of others in each stretch that are about to be erased. */
export async function countPending(
  connection: Pick<Connection, "db" | "messages" | "horizon">,
  asked: readonly Stretch[],
  pending: PendingDeletions,
): Promise<number[]> {
  const places = asked.flatMap((one) =>
    pendingIn(one, pending).map((seq) => ({ stream: one.stream, seq })),
  );
  if (places.length === 0) return asked.map(() => 0);
  const rows = await readInOrder<Pick<EntryDocument, "stream" | "seq" | "user_id">>(connection, {
    find: connection.messages.collectionName,
    filter: { $or: places },
    hint: seqIndex,
    projection: { _id: 0, stream: 1, seq: 1, user_id: 1 },
    batchSize: places.length + 1,
    singleBatch: true,
  });
  const authors = new Map(rows.map(({ stream, seq, user_id }) => [placeKey(stream, seq), user_id]));
  return asked.map((one) => {
    const others = pendingIn(one, pending).filter((seq) => {
      return authors.get(placeKey(one.stream, seq)) !== one.user_id;
    });
    return others.length;
  });
}
