import type { MemberSettings } from "../entities.ts";

/** A user and a conversation; the user may or may not be a member. */
export interface Member {
  conversation_id: string;
  user_id: string;
}

/** A stored membership. */
export interface Membership extends Member {
  joined_at: Date;
}

/** A member of a conversation, as a list shows it. */
export interface ListedMember {
  user_id: string;
  joined_at: Date;
  /** The place in the order of joining, opaque; ties are in the order of `user_id`. */
  place: number;
}

/** Which part of the members of a conversation to read. */
export interface MembersRange {
  /** Starts after this member. */
  after?: Pick<ListedMember, "place" | "user_id">;
  /** The greatest number of members: 1 to 1,001, one more than a conversation shows. */
  limit: number;
}

/** All pairs of these users and these conversations. */
export interface UsersQuery {
  conversation_ids: readonly string[];
  user_ids: readonly string[];
}

/** Which memberships to look for: all pairs of users and conversations, or exactly these pairs. */
export type AmongQuery = UsersQuery | { members: readonly Member[] };

/** Whose changes to read, and since when. */
export interface ChangesQuery {
  user_ids: readonly string[];
  since: Date;
}

/** A user who joined or left a conversation. */
export interface MembershipChange extends Member {
  kind: "joined" | "left";
}

/** Which settings to change; the others stay. */
export type MemberSettingsChange = Partial<MemberSettings>;

/** The members of conversations. */
export interface MemberStore {
  /**
   * Tells whether a user is a member of a conversation. The answer may be cached for up to 5 s.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  has(member: Member): Promise<boolean>;
  /**
   * Adds a member after all others; `joined` is `false` when the user was a member already.
   * @throws StoreError `not_found` when there is no such conversation, `invalid`, `unavailable`, `closed`.
   */
  join(member: Member): Promise<{ joined: boolean }>;
  /**
   * Removes a member. A conversation may lose its last one.
   * @throws StoreError `not_found` when there is no such conversation or member, `invalid`, `unavailable`, `closed`.
   */
  leave(member: Member): Promise<void>;
  /**
   * Changes what a member has set for itself, and returns all of it as it is then.
   * @throws StoreError `not_found` when the user is not a member, `invalid`, `unavailable`, `closed`.
   */
  update(member: Member, change: MemberSettingsChange): Promise<MemberSettings>;
  /**
   * Reads the members of a conversation in the order they joined. An unknown conversation has none.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  list(conversationId: string, range: MembersRange): Promise<ListedMember[]>;
  /**
   * Reads which of the memberships exist, in no particular order.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  among(query: AmongQuery): Promise<Membership[]>;
  /**
   * Reads the conversations that users joined since a moment and are still in, and those that they left since then, within
   * the last 30 days, and are still out of. In no particular order.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  changes(query: ChangesQuery): Promise<MembershipChange[]>;
}
