import type { DatabaseSync } from "node:sqlite";
import type { CheckedMember, CheckStore } from "../../ports/checks.ts";
import type { LogHead } from "../../ports/log.ts";
import { type MembershipRow, membershipColumns } from "../members/memberships.ts";
import { prepareQuery } from "../statements.ts";
import type { ReadInTurns } from "../turns.ts";
import { findFaults } from "./faults.ts";

/** The statements that read what is stored for checks. A test checks the query plan of each. */
export const checkSql = {
  counts: `SELECT seq, ifnull(count, seq) AS count, seq AS said_seq FROM messages WHERE stream = ?1 AND seq > ?2
    UNION ALL SELECT seq, count, said_seq FROM changes WHERE stream = ?1 AND seq > ?2
    ORDER BY seq LIMIT ?3`,
  members: `SELECT ${membershipColumns}, position FROM members
    WHERE conversation_id = ? AND position > ? ORDER BY position LIMIT ?`,
} as const;

/** Opens the port of the checks. */
export function openChecks(db: DatabaseSync, { inTurns }: { inTurns: ReadInTurns }): CheckStore {
  const counts = prepareQuery<LogHead>(db, checkSql.counts);
  const members = prepareQuery<MembershipRow & { position: number }>(db, checkSql.members);
  return {
    faults: (isAlone) => findFaults(db, { isAlone, inTurns }),
    async counts(stream, { after = 0, limit }) {
      return counts.all(stream, after, limit).map(({ seq, count, said_seq }) => {
        return { seq, count, said_seq };
      });
    },
    async members(conversationId, { after, limit }) {
      return members.all(conversationId, after?.place ?? 0, limit).map(toChecked);
    },
  };
}

function toChecked(row: MembershipRow & { position: number }): CheckedMember {
  const { user_id, position, read_seq, read_count, own_seq, own_count } = row;
  const { archived_seq, muted_until, active_at, archived, unread_count, mention_count } = row;
  return {
    ...{ user_id, place: position, read_seq, read_count, own_seq, own_count },
    ...{ archived_seq, muted_until },
    ...(active_at !== null && {
      settled: { active_at, archived: archived === 1, unread_count, mention_count },
    }),
  };
}
