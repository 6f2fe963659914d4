import { readTimeoutMs } from "../../deadlines.ts";
import type { CheckedMember, CheckStore } from "../../ports/checks.ts";
import type { Connection } from "../connection/connection.ts";
import { headOf } from "../log/heads.ts";
import { readMemberPage } from "../members/member-pages.ts";
import { type MemberRow, rowFields } from "../reads/member-rows.ts";
import { findFaults } from "./faults.ts";

const countFields = { _id: 0, seq: 1, timestamp: 1, count: 1, said_seq: 1, said_at: 1 } as const;

/** Opens the port of the checks. */
export function openChecks(connection: Connection): CheckStore {
  return {
    faults: () => findFaults(connection),
    async counts(stream, { after = 0, limit }) {
      const documents = await connection.messages
        .find({ stream, seq: { $gt: after } })
        .sort({ seq: 1 })
        .limit(limit)
        .project<Parameters<typeof headOf>[0]>(countFields)
        .batchSize(limit + 1)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      return documents.map((document) => {
        const { seq, count, said_seq } = headOf(document);
        return { seq, count, said_seq };
      });
    },
    async members(conversationId, range) {
      const rows = await readMemberPage<MemberRow>(connection, conversationId, {
        ...range,
        fields: rowFields,
      });
      return rows.map(toChecked);
    },
  };
}

function toChecked(row: MemberRow): CheckedMember {
  const { user_id, joined, read_seq, read_count = 0, own_seq = 0, own_count = 0 } = row;
  const { archived_seq = null, muted_until, active_at } = row;
  const { archived = false, unread_count = 0, mention_count = 0 } = row;
  const isBehind = read_seq !== undefined && own_seq > read_seq;
  return {
    ...{ user_id, place: joined, read_seq, read_count, archived_seq },
    own_seq: isBehind ? own_seq : 0,
    own_count: isBehind ? own_count : 0,
    muted_until: muted_until?.getTime() ?? null,
    ...(active_at && {
      settled: { active_at: active_at.getTime(), archived, unread_count, mention_count },
    }),
  };
}
