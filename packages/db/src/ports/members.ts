/** A user in a conversation, or one who may be. */
export interface Member {
  conversation_id: string;
  user_id: string;
}

/** A user in a conversation. */
export interface Membership extends Member {
  joined_at: Date;
}

/** A member of a conversation, as a list shows it. */
export interface ListedMember {
  user_id: string;
  joined_at: Date;
  /** The place in the order of joining; ties are in the order of `user_id`. */
  place: number;
}

/** Which part of the members of a conversation to read. */
export interface MembersRange {
  /** Starts behind this member. */
  after?: Pick<ListedMember, "place" | "user_id">;
  /** How many at most: 1 to 1,001, one more than a conversation shows. */
  limit: number;
}

/** Any of some users in any of some conversations. */
export interface UsersQuery {
  conversation_ids: readonly string[];
  user_ids: readonly string[];
}

/** Which memberships to look for: of some users, or exactly these. */
export type AmongQuery = UsersQuery | { members: readonly Member[] };

/** Whose memberships to look at, and since when. */
export interface ChangesQuery {
  user_ids: readonly string[];
  since: Date;
}

/** A user who joined or left a conversation. */
export interface MembershipChange extends Member {
  kind: "joined" | "left";
}

/** Who is in which conversation. */
export interface MemberStore {
  /**
   * Tells whether a user is in a conversation. The answer is at most 5 s old; it is read for members that are not known.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  has(member: Member): Promise<boolean>;
  /**
   * Adds a member behind all others; `joined` is `false` when the user was one.
   * @throws StoreError `not_found` when there is no such conversation, `invalid`, `unavailable`, `closed`.
   */
  join(member: Member): Promise<{ joined: boolean }>;
  /**
   * Removes a member; the last one may leave.
   * @throws StoreError `not_found` when there is no such conversation or member, `invalid`, `unavailable`, `closed`.
   */
  leave(member: Member): Promise<void>;
  /**
   * Reads members of a conversation in the order they joined; none of an unknown conversation.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  list(conversationId: string, range: MembersRange): Promise<ListedMember[]>;
  /**
   * Reads which memberships are there, in no particular order.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  among(query: AmongQuery): Promise<Membership[]>;
  /**
   * Reads what users joined since a moment and are in, and what they left since then, in the last 30 days, and are not
   * in. In no particular order.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  changes(query: ChangesQuery): Promise<MembershipChange[]>;
}
