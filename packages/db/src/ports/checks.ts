import type { Stream } from "../stream.ts";
import type { LogHead, LogRange } from "./log.ts";
import type { MembersRange } from "./members.ts";

/** Something that is wrong in a store. */
export interface Finding {
  /** The conversation, the log or the part of the database. */
  where: string;
  /** What is wrong with it. */
  what: string;
}

/** How far a member has read, and what its inbox shows, exactly as it is stored. Times in ms since 1970. */
export interface CheckedMember {
  user_id: string;
  place: number;
  /** Absent in rows of an earlier release that nobody has looked at. */
  read_seq: number | undefined;
  read_count: number;
  own_seq: number;
  own_count: number;
  archived_seq: number | null;
  muted_until: number | null;
  /** What its inbox shows; absent where it is computed when it is read. */
  settled?: { active_at: number; archived: boolean; unread_count: number; mention_count: number };
}

/** What a check reads that nothing else needs. It writes nothing. */
export interface CheckStore {
  /**
   * Finds what is wrong with the database as such: its indexes, what belongs to nothing, and what is counted beside the logs.
   * @param isAlone allows long steps, during which nobody else is served.
   * @throws StoreError `unavailable`, `closed`.
   */
  faults(isAlone: boolean): AsyncIterable<Finding>;
  /**
   * Reads what is counted with entries of a log, in the order of their positions.
   * @throws StoreError `unavailable`, `closed`.
   */
  counts(stream: Stream, range: Pick<LogRange, "after" | "limit">): Promise<LogHead[]>;
  /**
   * Reads the members of a conversation in the order they joined.
   * @throws StoreError `unavailable`, `closed`.
   */
  members(conversationId: string, range: MembersRange): Promise<CheckedMember[]>;
}
