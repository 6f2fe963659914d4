import type { DatabaseSync } from "node:sqlite";
import type { Mentions } from "../../entities.ts";
import type { Stream } from "../../stream.ts";
import type { MentionCounts } from "../reads/mentions.ts";
import { type ChangeRow, toErasedBody } from "../rows.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";

/** The statements that erase a message. A test checks the query plan of each. */
export const erasingSql = {
  message:
    "SELECT content, metadata, mentions, sent_hash FROM messages WHERE stream = ? AND seq = ?",
  eraseMessage: `UPDATE messages SET content = ?, metadata = ?, mentions = ?, sent_hash = ?, changed = 0
    WHERE stream = ? AND seq = ?`,
  edits: "SELECT seq, body FROM changes WHERE stream = ? AND target_seq = ? AND kind = 'edit'",
  eraseEdit: "UPDATE changes SET body = ? WHERE stream = ? AND seq = ?",
  removeReactions: "DELETE FROM reactions WHERE stream = ? AND target_seq = ?",
  removeState: "DELETE FROM states WHERE stream = ? AND target_seq = ? AND aspect = 'reactions'",
} as const;

interface Texts {
  content: string;
  metadata: string | null;
  mentions: string | null;
  sent_hash: string | null;
}

// Where a row shrinks or goes, SQLite moves others together and leaves copies of them in the unused part of a page, which it
// does not overwrite even with `secure_delete`. So texts are only ever added at the end of their tables, and overwritten by
// as many spaces, in place. https://sqlite.org/pragma.html#pragma_secure_delete

/** Opens the function that erases a message: its texts, mentions and reactions. Its row keeps its place in the log. */
export function openErasing(
  db: DatabaseSync,
  mentions: Pick<MentionCounts, "remove">,
): (stream: Stream, seq: number) => void {
  const message = prepareQuery<Texts>(db, erasingSql.message);
  const eraseMessage = prepareCommand(db, erasingSql.eraseMessage);
  const edits = prepareQuery<Pick<ChangeRow, "seq" | "body">>(db, erasingSql.edits);
  const eraseEdit = prepareCommand(db, erasingSql.eraseEdit);
  const removeReactions = prepareCommand(db, erasingSql.removeReactions);
  const removeState = prepareCommand(db, erasingSql.removeState);

  return (stream, seq) => {
    const row = message.get(stream, seq);
    if (!row) throw new Error("a message to erase is not there");
    const more = [row.metadata, row.mentions, row.sent_hash].map((text) => text && fillFor(text));
    eraseMessage.run(fillFor(row.content), ...more, stream, seq);
    if (row.mentions !== null) mentions.remove(stream, seq, JSON.parse(row.mentions) as Mentions);
    for (const edit of edits.all(stream, seq)) {
      const body = toErasedBody(edit);
      eraseEdit.run(body + fillFor(edit.body).slice(body.length), stream, edit.seq);
    }
    removeReactions.run(stream, seq);
    removeState.run(stream, seq);
  };
}

/** Makes a text of as many bytes. */
function fillFor(text: string): string {
  return " ".repeat(Buffer.byteLength(text));
}
