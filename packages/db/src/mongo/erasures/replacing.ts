import type { AnyBulkWriteOperation, UpdateFilter } from "mongodb";
import { reactionsWithoutUser } from "../../erasure/pseudonym.ts";
import type { Erasure, ErasurePart } from "../../ports/erasures.ts";
import type { Connection } from "../connection/connection.ts";
import { type EntryDocument, reactorKey } from "../entry-documents.ts";
import { findInPart } from "./parts.ts";

/** Replaces the id of a user in one part of the entries. */
export async function replaceInPart(
  connection: Pick<Connection, "messages">,
  erasure: Erasure,
  from: string | undefined,
): Promise<ErasurePart & { replaced: number }> {
  const { user_id } = erasure;
  const { documents, ...part } = await findInPart(connection, from, {
    $or: [{ user_id }, { mentions: user_id }, { "reactions.user_ids": user_id }],
  });
  const operations = documents.flatMap((document) => toOperations(document, erasure));
  if (operations.length > 0) await connection.messages.bulkWrite(operations, { ordered: false });
  return { ...part, replaced: documents.length };
}

/** What an entry says of a user, with the pseudonym in its place. What can be erased at the same time is left out. */
export function replacedFields(document: EntryDocument, erasure: Erasure): Partial<EntryDocument> {
  const { user_id, pseudonym } = erasure;
  const { stream, target_seq = 0, key = "", reactor, reactions } = document;
  const isAuthor = document.user_id === user_id;
  return {
    ...(isAuthor && { user_id: pseudonym }),
    ...(isAuthor &&
      reactor !== undefined && {
        reactor: reactorKey(stream, { target_seq, key, user_id: pseudonym }),
      }),
    ...(reactions && { reactions: reactionsWithoutUser(reactions, erasure) }),
  };
}

function toOperations(
  document: EntryDocument,
  erasure: Erasure,
): AnyBulkWriteOperation<EntryDocument>[] {
  const { _id, stream, mentions } = document;
  const { user_id, pseudonym } = erasure;
  const set = replacedFields(document, erasure);
  const operations: AnyBulkWriteOperation<EntryDocument>[] = [];
  if (Object.keys(set).length > 0) {
    operations.push({ updateOne: { filter: { _id, stream }, update: { $set: set } } });
  }
  if (Array.isArray(mentions) && mentions.includes(user_id)) {
    // In one step: a deletion may take the mentions away meanwhile.
    const update: UpdateFilter<EntryDocument> = { $set: { "mentions.$": pseudonym } };
    operations.push({ updateOne: { filter: { _id, stream, mentions: user_id }, update } });
  }
  return operations;
}
