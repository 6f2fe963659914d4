import type { DatabaseSync } from "node:sqlite";
import { prepareCommand } from "../statements.ts";

/** How long after its newest entry a conversation counts as quiet, in ms. */
export const quietAfterMs = 60_000;

const isNowQuiet = `iif(written_at < ?3 - ${quietAfterMs}, last_seq, quiet_seq)`;

/** The statements that tell conversations of their new entries. A test checks the query plan of each. */
export const touchSql = {
  // A message may create its conversation.
  byMessage: `INSERT INTO conversations (id, created_at, last_seq, last_activity_at, written_at)
    VALUES (?1, ?4, ?2, ?5, ?3)
    ON CONFLICT (id) DO UPDATE SET
      last_seq = ?2, last_activity_at = ?5, quiet_seq = ${isNowQuiet}, written_at = ?3`,
  byChange: `UPDATE conversations SET last_seq = ?2, quiet_seq = ${isNowQuiet}, written_at = ?3
    WHERE id = ?1`,
} as const;

/** An entry that was stored in a conversation. */
export interface Touch {
  seq: number;
  /** When it was stored, in ms since 1970. */
  writtenAt: number;
  /** The timestamp of a message, in ms since 1970. */
  saidAt?: number | undefined;
}

/** What the entries of one transaction do to a conversation. */
interface Touched extends Touch {
  firstSaidAt?: number | undefined;
}

/** The conversations that one transaction has touched. */
export type Touches = Map<string, Touched>;

/** Notes an entry. Each one comes after those of its conversation that were noted before. */
export function addTouch(touches: Touches, conversationId: string, touch: Touch): void {
  const before = touches.get(conversationId);
  touches.set(conversationId, {
    ...touch,
    saidAt: touch.saidAt ?? before?.saidAt,
    firstSaidAt: before?.firstSaidAt ?? touch.saidAt,
  });
}

/** Opens the function that writes the row of each touched conversation, once for all its entries. */
export function openTouching(db: DatabaseSync): (touches: Touches) => void {
  const byMessage = prepareCommand(db, touchSql.byMessage);
  const byChange = prepareCommand(db, touchSql.byChange);

  return (touches) => {
    for (const [id, { seq, writtenAt, saidAt, firstSaidAt }] of touches) {
      if (saidAt === undefined || firstSaidAt === undefined) byChange.run(id, seq, writtenAt);
      else byMessage.run(id, seq, writtenAt, firstSaidAt, saidAt);
    }
  };
}
