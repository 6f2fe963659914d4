import type { ClientSession } from "mongodb";
import type { Aspect } from "../../changes/current.ts";
import type { Connection } from "../connection/connection.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { placeKey, type TargetDocuments } from "./targets.ts";

/**
 * Marks the messages that documents are about to change, before these are stored, so that a page knows for which of its
 * messages to read more. A crash in between leaves a mark that costs a read and changes nothing.
 */
export async function markChanged(
  { messages }: Connection,
  documents: readonly EntryDocument[],
  { targets, session }: { targets: TargetDocuments; session: ClientSession },
): Promise<void> {
  const marks = new Map<EntryDocument, Set<Aspect>>();
  for (const document of documents) {
    for (const [seq, aspect] of changedBy(document)) {
      const target = targets.get(placeKey(document.stream, seq));
      if (!target || target.changed?.includes(aspect)) continue;
      marks.set(target, (marks.get(target) ?? new Set()).add(aspect));
    }
  }
  if (marks.size === 0) return;
  await messages.bulkWrite(
    [...marks].map(([{ _id, stream }, aspects]) => ({
      updateOne: {
        filter: { _id, stream },
        update: { $addToSet: { changed: { $each: [...aspects] } } },
      },
    })),
    { ordered: false, session },
  );
  for (const [target, aspects] of marks) target.changed = [...(target.changed ?? []), ...aspects];
}

/** Takes the marks off reactions that were removed, so that nobody reads these any more. */
export async function takeOff(
  { messages }: Connection,
  documents: readonly EntryDocument[],
): Promise<void> {
  const removals = documents.filter(({ added }) => added === false);
  if (removals.length === 0) return;
  await messages.bulkWrite(
    removals.map(({ stream, reactor = "", seq }) => ({
      updateMany: {
        filter: { reactor, stream, seq: { $lt: seq } },
        update: { $unset: { on: true } },
      },
    })),
    { ordered: false },
  );
}

function changedBy({ kind, target_seq = 0, thread_seq }: EntryDocument): [number, Aspect][] {
  const changed: [number, Aspect][] = thread_seq === undefined ? [] : [[thread_seq, "thread"]];
  if (kind === undefined) return changed;
  return [...changed, [target_seq, kind === "reaction" ? "reactions" : "text"]];
}
