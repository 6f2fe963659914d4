import type { DatabaseSync } from "node:sqlite";
import type { Mentions, ReactionEntry } from "../../entities.ts";
import { reactionsWithoutUser, withoutUser } from "../../erasure/pseudonym.ts";
import type { Erasure } from "../../ports/erasures.ts";
import type { Stream } from "../../stream.ts";
import type { MentionCounts } from "../reads/mentions.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";
import { type RowRange, takenMax } from "./parts.ts";

const range = `rowid > ?1 AND rowid <= ?2`;

/** The statements that replace the id of a user. A test checks the query plan of each. */
export const replacingSql = {
  messages: `SELECT rowid, stream, seq, user_id, mentions, changed FROM messages
    WHERE ${range} AND (user_id = ?3 OR instr(mentions, ?4) > 0) ORDER BY rowid LIMIT ${takenMax}`,
  changes: `SELECT rowid, stream, seq, user_id, kind, target_seq, body FROM changes
    WHERE ${range} AND (user_id = ?3 OR kind = 'reaction' AND instr(body, ?4) > 0)
    ORDER BY rowid LIMIT ${takenMax}`,
  setMessage: "UPDATE messages SET user_id = ?, mentions = ? WHERE stream = ? AND seq = ?",
  setChange: "UPDATE changes SET user_id = ?, body = ? WHERE stream = ? AND seq = ?",
  setState: `UPDATE states SET body = ?
    WHERE stream = ? AND target_seq = ? AND aspect = 'reactions' AND seq = ?`,
  setReaction: `UPDATE OR REPLACE reactions SET user_id = ?
    WHERE stream = ? AND target_seq = ? AND key = ? AND user_id = ?`,
} as const;

interface MessageRow {
  rowid: number;
  stream: Stream;
  seq: number;
  user_id: string;
  mentions: string | null;
  changed: number | null;
}

interface ChangeRow extends Omit<MessageRow, "mentions" | "changed"> {
  kind: string;
  target_seq: number;
  body: string;
}

/** Some rows that may have the id of a user, in order, and how many had it. */
export interface Replaced {
  rowids: number[];
  replaced: number;
}

/** Opens the function that replaces the id of a user in some rows. */
export function openReplacing(db: DatabaseSync, mentions: Pick<MentionCounts, "replace">) {
  const messages = prepareQuery<MessageRow>(db, replacingSql.messages);
  const changes = prepareQuery<ChangeRow>(db, replacingSql.changes);
  const setMessage = prepareCommand(db, replacingSql.setMessage);
  const setChange = prepareCommand(db, replacingSql.setChange);
  const setState = prepareCommand(db, replacingSql.setState);
  const setReaction = prepareCommand(db, replacingSql.setReaction);

  /** Returns whether the row has changed: what was found may be a part of another text. */
  function replaceInMessage(row: MessageRow, erasure: Erasure): boolean {
    const { stream, seq } = row;
    const author = authorOf(row, erasure);
    // Those of a deleted message are overwritten by spaces, and are counted no more.
    const before = row.changed === 0 || row.mentions === null ? undefined : row.mentions;
    const mentioned = before === undefined ? undefined : (JSON.parse(before) as Mentions);
    const after = Array.isArray(mentioned) ? withoutUser(mentioned, erasure) : mentioned;
    const text = after === undefined ? row.mentions : JSON.stringify(after);
    if (author === row.user_id && text === row.mentions) return false;
    setMessage.run(author, text, stream, seq);
    if (mentioned) mentions.replace(stream, { seq, mentions: mentioned }, erasure);
    return true;
  }

  function replaceInChange(row: ChangeRow, erasure: Erasure): boolean {
    const { stream, seq, target_seq, kind } = row;
    const author = authorOf(row, erasure);
    const body = kind === "reaction" ? toBody(row, erasure) : undefined;
    const text = body ? JSON.stringify(body) : row.body;
    if (author === row.user_id && text === row.body) return false;
    setChange.run(author, text, stream, seq);
    if (!body) return true;
    setState.run(JSON.stringify(body.reactions), stream, target_seq, seq);
    if (author !== row.user_id) setReaction.run(author, stream, target_seq, body.key, row.user_id);
    return true;
  }

  return ({ table, after, to }: RowRange, erasure: Erasure): Replaced => {
    const { user_id } = erasure;
    const asked = [after, to, user_id, JSON.stringify(user_id)];
    if (table === "messages") {
      const rows = messages.all(...asked);
      const replaced = rows.filter((row) => replaceInMessage(row, erasure)).length;
      return { rowids: rows.map(({ rowid }) => rowid), replaced };
    }
    const rows = changes.all(...asked);
    const replaced = rows.filter((row) => replaceInChange(row, erasure)).length;
    return { rowids: rows.map(({ rowid }) => rowid), replaced };
  };
}

function authorOf(row: Pick<MessageRow, "user_id">, { user_id, pseudonym }: Erasure): string {
  return row.user_id === user_id ? pseudonym : row.user_id;
}

function toBody({ body }: ChangeRow, erasure: Erasure): Pick<ReactionEntry, "key" | "reactions"> {
  const before = JSON.parse(body) as Pick<ReactionEntry, "key" | "reactions">;
  return { ...before, reactions: reactionsWithoutUser(before.reactions, erasure) };
}
