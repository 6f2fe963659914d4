import type { ClientSession } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Connection } from "../connection/connection.ts";
import { aspectKey, type EntryDocument } from "../entry-documents.ts";
import { onRange } from "../messages/reactors.ts";

/** How many deletions are finished at a time. */
const finishedMax = 100;

/**
 * Erases the texts of the messages that deletions name, and their edits'. The deletions are stored already, so it can be
 * repeated: nothing gets a text after its deletion.
 */
export async function erase(
  { messages }: Connection,
  deletions: readonly EntryDocument[],
  session?: ClientSession,
): Promise<void> {
  if (deletions.length === 0) return;
  await messages.bulkWrite(
    deletions.flatMap((deletion) => {
      const { _id, stream, seq: deleted_seq, target_seq = 0 } = deletion;
      const aspect = aspectKey(stream, target_seq, "text");
      return [
        {
          updateOne: {
            filter: { stream, seq: target_seq },
            update: {
              $unset: { content: true, metadata: true, mentions: true, sent_hash: true },
              $set: { deleted_seq },
            },
          },
        },
        {
          updateMany: {
            filter: { aspect, stream, kind: "edit" as const },
            update: { $unset: { text: true, metadata: true }, $set: { erased: true as const } },
          },
        },
        {
          updateMany: {
            filter: { ...onRange(stream, target_seq), stream },
            update: { $unset: { on: true } },
          },
        },
        // Last, since it says that the rest is done.
        { updateOne: { filter: { _id, stream }, update: { $unset: { erasing: true } } } },
      ];
    }),
    { ordered: true, ...(session && { session }) },
  );
}

/** Finishes the deletions that a crash interrupted. */
export async function finishErasing(connection: Connection): Promise<void> {
  for (;;) {
    const deletions = await connection.messages
      .find({ erasing: true })
      .limit(finishedMax)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    await erase(connection, deletions);
    if (deletions.length < finishedMax) return;
  }
}
