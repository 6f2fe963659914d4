import { randomInt } from "node:crypto";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Erasure } from "../../ports/erasures.ts";
import { noteStream, type Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { isOnlyDuplicates } from "../connection/errors.ts";
import { type EntryDocument, entryKey } from "../entry-documents.ts";
import { replacedFields } from "./replacing.ts";

/** How many entries one step takes. With the longest texts they fit into one command of 16 MB. */
const entriesMax = 100;

/** Removes some notes of a user, the newest first, or gives the oldest ones to the pseudonym. Returns how many entries. */
export async function eraseNotes(
  { messages }: Pick<Connection, "messages">,
  erasure: Erasure,
): Promise<number> {
  const stream = noteStream(erasure.user_id);
  const isKept = erasure.mode === "anonymize";
  const found = await messages
    .find({ stream })
    .sort({ seq: isKept ? 1 : -1 })
    .limit(entriesMax)
    .batchSize(entriesMax + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  if (found.length === 0) return 0;
  if (isKept) {
    try {
      await messages.insertMany(
        found.map((document) => toGiven(document, erasure)),
        { ordered: false },
      );
    } catch (error) {
      // A crash has left them.
      if (!isOnlyDuplicates(error)) throw error;
    }
  }
  await messages.deleteMany({ _id: { $in: found.map(({ _id }) => _id) }, stream });
  return found.length;
}

function toGiven(document: EntryDocument, erasure: Erasure): EntryDocument {
  const stream = noteStream(erasure.pseudonym);
  const { _id, by = randomInt(2 ** 47), aspect, thread, on, reactor } = document;
  const moved: EntryDocument = {
    ...document,
    _id: entryKey(stream, _id.slice(0, _id.indexOf("/"))),
    stream,
    by,
    ...(aspect !== undefined && { aspect: moveKey(aspect, document, stream) }),
    ...(thread !== undefined && { thread: moveKey(thread, document, stream) }),
    ...(on !== undefined && { on: moveKey(on, document, stream) }),
    ...(reactor !== undefined && { reactor: moveKey(reactor, document, stream) }),
  };
  return { ...moved, ...replacedFields(moved, erasure) };
}

/** All keys begin with the name of the log. */
function moveKey(key: string, { stream }: EntryDocument, to: Stream): string {
  return to + key.slice(stream.length);
}
