import type { ClientSession } from "mongodb";
import { noMessage, noReference } from "../../changes/decide.ts";
import { referencesOf } from "../../changes/references.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { StoreError } from "../../errors.ts";
import type { NewEntry } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { type EntryDocument, isMessage } from "../entry-documents.ts";
import type { PendingAppend } from "./pending-append.ts";

/** The messages that entries refer to, by their place. */
export type TargetDocuments = Map<string, EntryDocument>;

/** Names the place of a message, as a key. */
export function placeKey(stream: Stream, seq: number): string {
  return `${stream}\n${seq}`;
}

/**
 * Reads the messages that entries refer to, and the roots of those that are in a thread, unless they are known. What a message
 * was sent as never changes, and its document is never removed, so each is read once.
 */
export async function readTargets(
  connection: Connection,
  appends: readonly PendingAppend[],
  { targets, session }: { targets: TargetDocuments; session: ClientSession },
): Promise<void> {
  const places = appends.flatMap(({ append, stream }) =>
    referencesOf(append.entry).map((seq) => ({ stream, seq })),
  );
  await find(connection, places, { targets, session });
  const roots = places.flatMap(({ stream, seq }) => {
    const root = targets.get(placeKey(stream, seq))?.thread_seq;
    return root === undefined ? [] : [{ stream, seq: root }];
  });
  await find(connection, roots, { targets, session });
}

/** Makes the error for an entry that refers to a message that is not there, if it does. */
export function refusalOf(
  entry: NewEntry,
  stream: Stream,
  targets: TargetDocuments,
): StoreError | undefined {
  const isThere = (seq: number | undefined) =>
    seq === undefined || targets.has(placeKey(stream, seq));
  if (entry.kind !== "message") return isThere(entry.target_seq) ? undefined : noMessage();
  if (!isThere(entry.reply_to)) return noReference("reply_to");
  return isThere(entry.thread_seq) ? undefined : noReference("thread_seq");
}

async function find(
  { messages }: Connection,
  places: readonly { stream: Stream; seq: number }[],
  { targets, session }: { targets: TargetDocuments; session: ClientSession },
): Promise<void> {
  const unknown = places.filter(({ stream, seq }) => !targets.has(placeKey(stream, seq)));
  if (unknown.length === 0) return;
  const documents = await messages
    .find(
      {
        $or: [...Map.groupBy(unknown, ({ stream }) => stream)].map(([stream, places]) => ({
          stream,
          seq: { $in: [...new Set(places.map(({ seq }) => seq))] },
        })),
      },
      { session },
    )
    .batchSize(unknown.length + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  for (const document of documents.filter(isMessage)) {
    targets.set(placeKey(document.stream, document.seq), document);
  }
}
