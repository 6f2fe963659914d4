import type { ClientSession } from "mongodb";
import type { Connection } from "../connection/connection.ts";
import { aspectKey, type EntryDocument } from "../entry-documents.ts";
import { readNewest } from "../newest.ts";

/**
 * Returns documents of logs without the texts of deleted messages, which a crash may have left until another process erases
 * them. Only for texts that were changed, it reads what is the newest of each.
 */
export async function withoutErased(
  connection: Pick<Connection, "messages" | "isRouted">,
  documents: EntryDocument[],
  session: ClientSession,
): Promise<EntryDocument[]> {
  const keys = new Set(documents.filter(hasChangedText).map(keyOf));
  if (keys.size === 0) return documents;
  const newest = await readNewest(connection, { aspect: [...keys] }, { session });
  return documents.map((document) => {
    const text = hasChangedText(document) ? newest.get(keyOf(document)) : undefined;
    if (text?.kind !== "deletion") return document;
    const { content: _, text: _text, metadata: _metadata, mentions: _mentions, ...more } = document;
    const { sent_hash: _hash, ...rest } = more;
    return document.kind === "edit"
      ? { ...rest, erased: true }
      : { ...rest, deleted_seq: text.seq };
  });
}

function hasChangedText({ kind, changed, content, text }: EntryDocument): boolean {
  if (kind === "edit") return text !== undefined;
  return content !== undefined && changed?.includes("text") === true;
}

function keyOf({ stream, seq, target_seq = seq }: EntryDocument): string {
  return aspectKey(stream, target_seq, "text");
}
