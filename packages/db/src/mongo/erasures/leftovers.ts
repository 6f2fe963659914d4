import type { Erasure, ErasurePart, Leftover } from "../../ports/erasures.ts";
import { conversationOf } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { findInPart } from "./parts.ts";

/** Finds what is left of the messages and reactions of a pseudonym in one part of the entries. */
export async function leftoversInPart(
  connection: Pick<Connection, "messages">,
  { pseudonym }: Erasure,
  from: string | undefined,
): Promise<ErasurePart & { found: Leftover[] }> {
  const { documents, ...part } = await findInPart(connection, from, {
    user_id: pseudonym,
    // Of messages that are not deleted, and of reactions that are on.
    $or: [{ content: { $exists: true } }, { on: { $exists: true } }],
  });
  return { ...part, found: documents.map(toLeftover) };
}

function toLeftover({ kind, stream, seq, target_seq = 0, key = "" }: EntryDocument): Leftover {
  const conversation_id = conversationOf(stream);
  if (kind === undefined) return { kind: "deletion", conversation_id, target_seq: seq };
  return { kind: "reaction", conversation_id, target_seq, key };
}
