import type { Filter } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import type { ErasurePart } from "../../ports/erasures.ts";
import type { Connection } from "../connection/connection.ts";
import type { EntryDocument } from "../entry-documents.ts";

/** How many entries one part has. MongoDB examines each, since no index has what is looked for. */
const partSize = 2_000;

/** What of an entry is read: all but its texts. */
const fields = { content: 0, text: 0, metadata: 0 } as const;

/** One part of all entries, in the order of `_id`, and what was found in it. */
export interface FoundPart extends ErasurePart {
  documents: EntryDocument[];
}

/** Finds entries in the part of all entries that begins after an `_id`. */
export async function findInPart(
  { messages }: Pick<Connection, "messages">,
  from: string | undefined,
  filter: Filter<EntryDocument>,
): Promise<FoundPart> {
  const after = from === undefined ? {} : { $gt: from };
  const [last] = await messages
    .find(from === undefined ? {} : { _id: after })
    .hint({ _id: 1 })
    .sort({ _id: 1 })
    .skip(partSize - 1)
    .limit(1)
    .project<Pick<EntryDocument, "_id">>({ _id: 1 })
    .maxTimeMS(readTimeoutMs)
    .toArray();
  const bounds = { ...after, ...(last && { $lte: last._id }) };
  const documents = await messages
    .find({ ...(Object.keys(bounds).length > 0 && { _id: bounds }), ...filter })
    .hint({ _id: 1 })
    .project<EntryDocument>(fields)
    .batchSize(partSize + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  const total = await messages.estimatedDocumentCount({ maxTimeMS: readTimeoutMs });
  return { documents, examined: partSize, total, ...(last && { next: last._id }) };
}
