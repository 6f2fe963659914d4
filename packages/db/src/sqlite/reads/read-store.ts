import type { DatabaseSync } from "node:sqlite";
import type { Events } from "../../commit/events.ts";
import type { UnreadTotals } from "../../entities.ts";
import type { ReadStore } from "../../ports/reads.ts";
import type { Durably } from "../commits/commits.ts";
import { prepareQuery } from "../statements.ts";
import { type MarkParts, openMarks } from "./marks.ts";

/** The statement for how far members have read. A test checks its query plan. */
export const readSql = {
  page: `SELECT user_id, read_seq, position AS place FROM members
    WHERE conversation_id = ? AND position > ? ORDER BY position LIMIT ?`,
} as const;

/** What the port of the read states needs. */
export interface ReadParts extends MarkParts {
  events: Pick<Events, "emit">;
  /** Writes what shares its transaction with others. */
  share: Durably;
  totalsOf(userId: string): Promise<UnreadTotals>;
}

/** Opens the port of the read states. Marks are emitted to `events`. */
export function openReadStore(
  db: DatabaseSync,
  { events, share, totalsOf, ...parts }: ReadParts,
): ReadStore {
  const mark = openMarks(db, parts);
  const page = prepareQuery<{ user_id: string; read_seq: number; place: number }>(db, readSql.page);

  return {
    async mark({ conversation_id, user_id }, position) {
      const member = { conversation_id, user_id };
      const { state, changed } = await share(() => mark(member, position));
      if (changed) events.emit({ kind: "read", ...member });
      return state;
    },
    async list(conversationId, { after, limit }) {
      const rows = page.all(conversationId, after?.place ?? 0, limit);
      return rows.map(({ user_id, read_seq, place }) => ({ user_id, read_seq, place }));
    },
    totals: totalsOf,
  };
}
