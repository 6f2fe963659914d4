import type { Erasure } from "../ports/erasures.ts";

/** A document of `chat_conversations`. */
export interface ConversationDocument {
  /** The conversation's id. */
  _id: string;
  created_at: Date;
  /** Hash of the members it was created with; absent when a message created it. */
  created_with?: string;
  /** Present from the creation until all its members are stored. */
  incomplete?: true;
  /** Current while `active_until` is absent; otherwise the log has the current values. */
  last_seq: number;
  last_activity_at: Date;
  /** Entries may be stored until then. It is removed by settling, some time after. */
  active_until?: Date;
  /** The `active_until` of the last settling: no entry was stored since. */
  quiet_since?: Date;
  /** What its memberships say of its activity; absent while none of them has ever said anything. */
  state?: ConversationState;
  /** It had so many members that their memberships say nothing of its activity any more. */
  is_large?: true;
  title?: string;
  /** JSON. */
  metadata?: string;
  /** Present while it is written by an import or a migration: until all its entries and members are stored. */
  transfer?: true;
}

/**
 * What the memberships of a conversation say of its activity. See docs/decisions/0014.
 *
 * - `marked`: nothing, while the schema has a version that does not keep activity in memberships.
 * - `awake`: nothing: no membership has an `active_at`.
 * - `settling`: some may have one.
 * - `settled`: those that have one are right.
 */
export type ConversationState = "marked" | "awake" | "settling" | "settled";

/** A document of `chat_members`. See docs/decisions/0018. */
export interface MemberDocument {
  /** The user's and the conversation's id, made by {@link memberKey}. */
  _id: string;
  user_id: string;
  conversation_id: string;
  /** The order of joining: microseconds since 1970. */
  joined: number;
  /** The `last_activity_at` of a settled conversation. While it is absent, the conversation or its log has it. */
  active_at?: Date;
  /** The `active_until` with which the conversation was last woken, if it was not settled since: settlings of earlier ones must not set `active_at`. */
  awake?: Date;

  /** A random number of the last write of what follows: another one must not rest on what was read before it. */
  version?: number;
  /** Read up to here, or up to the newest own message behind `own_seq`. Absent until the row of an earlier release is first looked at. */
  read_seq?: number;
  /** How many messages the log holds up to `read_seq`. */
  read_count?: number;
  /** Of what is marked as unread: own messages up to here do not move `read_seq`, and `own_count` of them are behind it. */
  own_seq?: number;
  own_count?: number;
  /** How often it was marked as unread. Absent: never. */
  revision?: number;
  /** Archived until a message comes after this position. Absent or `null`: not archived. */
  archived_seq?: number | null;
  muted_until?: Date | null;
  pinned?: boolean;
  /** The row of an earlier release was given `read_seq` at the first look. */
  adopted?: true;

  /** What is new to the member, and whether the conversation is archived. Only meant while `active_at` is present. */
  unread_count?: number;
  mention_count?: number;
  archived?: boolean;
}

/** A document of `chat_leavings`: a user left a conversation. It stays when the user joins again. */
export interface LeavingDocument {
  /** The `_id` of the membership. */
  _id: string;
  user_id: string;
  conversation_id: string;
  left_at: Date;
}

/** A document of `chat_erasures`: the erasure of a user has begun. It goes when the erasure is finished. */
export interface ErasureDocument extends Pick<Erasure, "pseudonym" | "mode"> {
  /** The id of the user. */
  _id: string;
}

/**
 * A document of `chat_meta`: the version of the schema, the name of the epoch, the time of the last `ping`, in ms since 1970, or how
 * often processes were told that a user was erased, or the name of the store that is being migrated into this one.
 */
export interface MetaDocument {
  _id: "schema" | "epoch" | "ping" | "erasures" | "source";
  value: number | string;
}

/** Makes the key of a membership. Ids have no control characters, so a line feed ends the first. */
export function memberKey(userId: string, conversationId: string): string {
  return `${userId}\n${conversationId}`;
}

/** Makes the filter for all memberships of a user, by their keys. */
export function ofUser(userId: string) {
  return { _id: { $gte: memberKey(userId, ""), $lt: `${userId}\v` } };
}

/** Converts a place in the order of joining to the time of joining. */
export function toJoinedAt(joined: number): Date {
  return new Date(Math.floor(joined / 1_000));
}
