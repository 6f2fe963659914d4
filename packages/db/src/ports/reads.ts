import type { ReadState, UnreadTotals } from "../entities.ts";
import type { ListedMember, Member, MembersRange } from "./members.ts";

/** How far a member has read a conversation, as a list shows it. */
export interface ListedRead extends Pick<ListedMember, "user_id" | "place"> {
  read_seq: number;
}

/**
 * What a member says of its reading: that it has read up to a position, or that it wants to see everything from a position on as
 * unread.
 */
export type ReadMark =
  | {
      read_seq: number;
      /** The `revision` that the caller has seen. A mark with an older one changes nothing. @default the current one */
      revision?: number;
    }
  | { unread_from: number };

/**
 * How far the members of conversations have read. Who joins has read what was there before, and a message is read by its author,
 * with all before it.
 */
export interface ReadStore {
  /**
   * Marks a conversation as read or unread, durably. A `read_seq` never moves back; `unread_from` moves it before that position, and
   * raises the revision.
   * @throws StoreError `not_found` when the user is not a member; `invalid` when the position is beyond the end, or `unread_from`
   * is more than `unreadFromMax` before it; `unavailable`, `closed`.
   */
  mark(member: Member, mark: ReadMark): Promise<ReadState>;
  /**
   * Reads how far the members of a conversation have read, in the order they joined. An unknown conversation has none.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  list(conversationId: string, range: MembersRange): Promise<ListedRead[]>;
  /**
   * Counts what is new to a user, without reading every conversation.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  totals(userId: string): Promise<UnreadTotals>;
}
