import type { DatabaseSync } from "node:sqlite";
import { fanOutMax } from "../../inbox.ts";
import { leavingsKeptMs } from "../../leavings.ts";
import type {
  AmongQuery,
  ChangesQuery,
  ListedMember,
  Membership,
  MembershipChange,
  MembersRange,
} from "../../ports/members.ts";
import { conversationStream } from "../../stream.ts";
import type { Waking } from "../inbox/waking.ts";
import type { LogHeads } from "../log/heads.ts";
import { prepareCommand, prepareQuery } from "../statements.ts";
import type { ReadInTurns } from "../turns.ts";

/** The statements for members. A test checks the query plan of each. */
export const memberSql = {
  one: "SELECT user_id, joined_at FROM members WHERE user_id = ? AND conversation_id = ?",
  first: `SELECT user_id, joined_at FROM members WHERE conversation_id = ? ORDER BY position LIMIT ?`,
  page: `SELECT user_id, joined_at, position FROM members
    WHERE conversation_id = ? AND position > ? ORDER BY position LIMIT ?`,
  count: "SELECT count(*) AS count FROM members WHERE conversation_id = ?",
  join: `INSERT INTO members (user_id, conversation_id, joined_at, read_seq, read_count, position, active_at)
    SELECT ?1, ?2, ?3, ?4, ?5, coalesce(max(position), 0) + 1,
      (SELECT iif(settled = 1, last_activity_at, NULL) FROM conversations WHERE id = ?2)
    FROM members WHERE conversation_id = ?2
    RETURNING position > ${fanOutMax} AND active_at IS NOT NULL AS is_too_many`,
  leave: "DELETE FROM members WHERE user_id = ? AND conversation_id = ?",
  joinedSince: "SELECT conversation_id FROM members WHERE user_id = ? AND joined_at >= ?",
  leftSince: "SELECT conversation_id FROM leavings WHERE user_id = ? AND left_at >= ?",
  remember: `INSERT INTO leavings (user_id, conversation_id, left_at) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET left_at = excluded.left_at`,
  forget: "DELETE FROM leavings WHERE left_at < ?",
} as const;

interface ConversationOnly {
  conversation_id: string;
}

interface MemberRow {
  user_id: string;
  joined_at: number;
}

/** When a member joins, and how far it has read. */
interface Joining {
  /** In ms since 1970. */
  at: number;
  seq: number;
  /** How many messages the log holds up to there. */
  count: number;
}

/** What the members need. */
export interface MembersParts {
  heads: Pick<LogHeads, "get">;
  inTurns: ReadInTurns;
  waking: Pick<Waking, "wake">;
}

/** The members of conversations. */
export type Members = ReturnType<typeof openMembers>;

/** Opens the members. */
export function openMembers(db: DatabaseSync, { heads, inTurns, waking }: MembersParts) {
  const one = prepareQuery<MemberRow>(db, memberSql.one);
  const first = prepareQuery<MemberRow>(db, memberSql.first);
  const page = prepareQuery<MemberRow & { position: number }>(db, memberSql.page);
  const count = prepareQuery<{ count: number }>(db, memberSql.count);
  const join = prepareQuery<{ is_too_many: number }>(db, memberSql.join);
  const leave = prepareCommand(db, memberSql.leave);
  const joinedSince = prepareQuery<ConversationOnly>(db, memberSql.joinedSince);
  const leftSince = prepareQuery<ConversationOnly>(db, memberSql.leftSince);
  const remember = prepareCommand(db, memberSql.remember);
  const forget = prepareCommand(db, memberSql.forget);

  // Iterates over the smaller side: the members or the users.
  function among(conversationId: string, userIds: ReadonlySet<string>): MemberRow[] {
    const members = first.all(conversationId, userIds.size + 1).map(({ user_id }) => user_id);
    const isAll = members.length <= userIds.size;
    const asked = isAll ? members.filter((userId) => userIds.has(userId)) : [...userIds];
    const found = asked.map((userId) => one.get(userId, conversationId));
    return found.filter((row) => row !== undefined);
  }

  /** Adds a user who is not a member, after all others. */
  function add(userId: string, conversationId: string, { at, seq, count }: Joining): void {
    const joined = join.get(userId, conversationId, at, seq, count);
    // Then it is found out whether the conversation has become too large for memberships with its activity.
    if (joined?.is_too_many) waking.wake(conversationId);
  }

  return {
    /** Tells whether a user is a member. */
    has(userId: string, conversationId: string): boolean {
      return one.get(userId, conversationId) !== undefined;
    },
    /** Adds a member after all others; returns `false` when the user was a member already. It has read what is there. */
    join(userId: string, conversationId: string): boolean {
      if (one.get(userId, conversationId)) return false;
      const { seq, count } = heads.get(conversationStream(conversationId));
      add(userId, conversationId, { at: Date.now(), seq, count });
      return true;
    },
    add,
    /** Removes a member; returns `false` when the user was not one. */
    leave(userId: string, conversationId: string): boolean {
      const now = Date.now();
      forget.run(now - leavingsKeptMs);
      if (leave.run(userId, conversationId) === 0) return false;
      remember.run(userId, conversationId, now);
      return true;
    },
    /** Reads what users joined since a moment and are in, and what they left since then and are out of. */
    changes({ user_ids, since }: ChangesQuery): MembershipChange[] {
      return user_ids.flatMap((user_id) => {
        const joined = joinedSince.all(user_id, since.getTime());
        const left = leftSince.all(user_id, since.getTime());
        const gone = left.filter(({ conversation_id }) => !one.get(user_id, conversation_id));
        return [
          ...joined.map(({ conversation_id }) => change("joined", conversation_id, user_id)),
          ...gone.map(({ conversation_id }) => change("left", conversation_id, user_id)),
        ];
      });
    },
    /** Reads which of the memberships exist, each conversation in one turn of the event loop. */
    async among(query: AmongQuery): Promise<Membership[]> {
      if ("members" in query) {
        return inTurns(query.members, ({ conversation_id, user_id }) => {
          const row = one.get(user_id, conversation_id);
          return row ? [{ conversation_id, user_id, joined_at: new Date(row.joined_at) }] : [];
        });
      }
      const users = new Set(query.user_ids);
      return inTurns(query.conversation_ids, (conversation_id) =>
        among(conversation_id, users).map(({ user_id, joined_at }) => {
          return { conversation_id, user_id, joined_at: new Date(joined_at) };
        }),
      );
    },
    /** Reads the members of a conversation in the order they joined. */
    list(conversationId: string, { after, limit }: MembersRange): ListedMember[] {
      const rows = page.all(conversationId, after?.place ?? 0, limit);
      return rows.map(({ user_id, joined_at, position }) => {
        return { user_id, joined_at: new Date(joined_at), place: position };
      });
    },
    /** Reads the first members of a conversation in the order they joined, and the number of all. */
    of(conversationId: string, shown: number): { user_ids: string[]; member_count: number } {
      const user_ids = first.all(conversationId, shown).map(({ user_id }) => user_id);
      const isAll = user_ids.length < shown;
      const member_count = isAll ? user_ids.length : (count.get(conversationId)?.count ?? 0);
      return { user_ids, member_count };
    },
  };
}

function change(
  kind: MembershipChange["kind"],
  conversation_id: string,
  user_id: string,
): MembershipChange {
  return { kind, conversation_id, user_id };
}
