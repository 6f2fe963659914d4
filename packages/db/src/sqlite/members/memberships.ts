import type { DatabaseSync } from "node:sqlite";
import { StoreError } from "../../errors.ts";
import type { Member } from "../../ports/members.ts";
import { prepareQuery } from "../statements.ts";

/** How far a member has read a conversation, and what it has set. */
export interface MembershipRow extends Member {
  /** The `last_activity_at` of a settled conversation, in ms since 1970. */
  active_at: number | null;
  read_seq: number;
  /** How many messages the log holds up to `read_seq`. */
  read_count: number;
  /** How many messages behind `read_seq` are the member's own. They are not behind `own_seq`. */
  own_count: number;
  own_seq: number;
  revision: number;
  /** In ms since 1970. */
  muted_until: number | null;
  pinned: number;
  archived_seq: number | null;
  /** This and the numbers are right where there is an `active_at`. */
  archived: number;
  unread_count: number;
  mention_count: number;
}

/** The columns of a {@link MembershipRow}. */
export const membershipColumns = `user_id, conversation_id, active_at, read_seq, read_count, own_count, own_seq, revision,
  muted_until, pinned, archived_seq, archived, unread_count, mention_count`;

/** The statement for one membership. A test checks its query plan. */
export const membershipSql = {
  one: `SELECT ${membershipColumns} FROM members WHERE user_id = ? AND conversation_id = ?`,
} as const;

/** Opens the function that reads a membership. */
export function openMemberships(db: DatabaseSync) {
  const one = prepareQuery<MembershipRow>(db, membershipSql.one);

  /** @throws StoreError `not_found` when the user is not a member. */
  return function get(member: Member): MembershipRow {
    const row = one.get(member.user_id, member.conversation_id);
    if (!row) throw noMembership(member);
    return row;
  };
}

/** Makes the error for a user who is not a member. */
export function noMembership({ user_id, conversation_id }: Member): StoreError {
  return new StoreError("not_found", `${user_id} is not a member of ${conversation_id}`);
}
