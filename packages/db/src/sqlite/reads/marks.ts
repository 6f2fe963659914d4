import type { DatabaseSync } from "node:sqlite";
import type { ReadState } from "../../entities.ts";
import type { Member } from "../../ports/members.ts";
import type { ReadMark } from "../../ports/reads.ts";
import { checkMarkIn } from "../../reads/check.ts";
import { conversationStream } from "../../stream.ts";
import type { LogHeads } from "../log/heads.ts";
import { type MembershipRow, openMemberships } from "../members/memberships.ts";
import { prepareCommand } from "../statements.ts";
import type { ReadPlace, Unread } from "./unread.ts";

/** The statement that marks. A test checks its query plan. */
export const markSql = {
  mark: `UPDATE members SET read_seq = ?, read_count = ?, own_seq = ?, own_count = ?, revision = ?,
      unread_count = ?, mention_count = ?
    WHERE user_id = ? AND conversation_id = ?`,
} as const;

/** What a mark has done. */
export interface Marked {
  state: ReadState;
  changed: boolean;
}

/** What marks need. */
export interface MarkParts {
  heads: Pick<LogHeads, "get">;
  unread: Unread;
}

/** Opens the function that marks conversations as read or unread. It runs in the transaction of its caller. */
export function openMarks(db: DatabaseSync, { heads, unread }: MarkParts) {
  const membershipOf = openMemberships(db);
  const write = prepareCommand(db, markSql.mark);

  function placeOf(row: MembershipRow, mark: ReadMark): ReadPlace | undefined {
    const { user_id, conversation_id, own_seq, revision } = row;
    const stream = conversationStream(conversation_id);
    if ("unread_from" in mark) {
      const at = { seq: mark.unread_from - 1, ownSeq: heads.get(stream).seq };
      return unread.placeAt(stream, user_id, at);
    }
    const isOld = mark.revision !== undefined && mark.revision < revision;
    if (isOld || mark.read_seq <= row.read_seq) return undefined;
    return unread.placeAt(stream, user_id, { seq: mark.read_seq, ownSeq: own_seq });
  }

  /** @throws StoreError `not_found`, `invalid`; nothing is written then. */
  return function apply(member: Member, mark: ReadMark): Marked {
    const row = membershipOf(member);
    checkMarkIn(mark, heads.get(conversationStream(member.conversation_id)));
    const place = placeOf(row, mark);
    if (!place) {
      return { state: toReadState({ ...row, ...unread.of(row) }), changed: false };
    }
    const revision = row.revision + ("unread_from" in mark ? 1 : 0);
    const marked = { ...row, ...place, revision };
    const state = toReadState({ ...marked, ...unread.count(marked) });
    const { read_seq, read_count, own_seq, own_count } = place;
    write.run(
      ...[read_seq, read_count, own_seq, own_count, revision],
      ...[state.unread_count, state.mention_count, member.user_id, member.conversation_id],
    );
    return { state, changed: true };
  };
}

function toReadState(state: ReadState): ReadState {
  const { conversation_id, user_id, read_seq, revision, unread_count, mention_count } = state;
  return { conversation_id, user_id, read_seq, revision, unread_count, mention_count };
}
