import type { Conversation, InboxConversation, MemberRead, Metadata } from "../entities.ts";

/** A conversation to create. */
export interface CreateConversationInput {
  /** 1 to 128 characters. @default an id made by the server */
  id?: string | undefined;
  /** Members in the order they join: 1 to 1,000, each once. */
  user_ids: string[];
}

/** The result of creating a conversation. */
export interface CreateConversationOutput {
  conversation: Conversation;
  /** `false` when it already existed; if a message had created it, the members were added. */
  created: boolean;
}

/** Selects a conversation. */
export interface GetConversationInput {
  conversation_id: string;
  /** Number of newest messages to include, 0 to 1,000. @default 50 */
  messages?: number | undefined;
  /** Number of `user_ids` to include, 0 to 1,000. @default 1000 */
  members?: number | undefined;
}

/** What to change of a conversation; what is not given stays. */
export interface UpdateConversationInput {
  conversation_id: string;
  /** 1 to 200 characters, not all blank; `null` removes it. */
  title?: string | null | undefined;
  /** As of a message; `null` removes it. */
  metadata?: Metadata | null | undefined;
}

/** Selects a page of a user's inbox. */
export interface ConversationPageInput {
  user_id: string;
  /**
   * Maximum number of conversations, 1 to 1,000; for `list`, the number fetched at a time. `limit` times `messages` is
   * at most 10,000.
   * @default 20, for `list` up to 200
   */
  limit?: number | undefined;
  /** The `cursor` of the previous page. */
  cursor?: string | undefined;
  /** Number of newest messages to include in each, 0 to 1,000. @default 50 */
  messages?: number | undefined;
  /** Number of `user_ids` to include in each, 0 to 1,000. @default 1000 */
  members?: number | undefined;
  /** `true` selects archived conversations, `false` the others. @default both */
  archived?: boolean | undefined;
  /** `true` selects conversations with unread messages. */
  unread?: boolean | undefined;
}

/** A user and a conversation. */
export interface MemberInput {
  conversation_id: string;
  user_id: string;
}

/** Which settings of a member to change; those not given stay. */
export interface UpdateMemberInput extends MemberInput {
  /** ISO 8601 with a zone; `null` ends it. */
  muted_until?: string | null | undefined;
  pinned?: boolean | undefined;
  archived?: boolean | undefined;
}

/** Marks a conversation as read up to a position. */
export interface MarkReadInput extends MemberInput {
  /** The `seq` of a message or another entry; one before the current place changes nothing. */
  read_seq: number;
  /** The `revision` that was seen: when another device has marked the conversation as unread since, nothing changes. */
  revision?: number | undefined;
}

/** Marks a conversation as unread from a position on. */
export interface MarkUnreadInput extends MemberInput {
  /** The `seq` of the first message to show as unread, at most 10,000 before the end. */
  unread_from: number;
}

/** Selects how far the members of a conversation have read. */
export interface ReadPageInput {
  conversation_id: string;
  /** The number fetched at a time, 1 to 1,000. @default 200 */
  limit?: number | undefined;
  /** The cursor of the previous page. */
  cursor?: string | undefined;
}

/** Selects a user. */
export interface TotalsInput {
  user_id: string;
}

/** The result of adding a member. */
export interface AddMemberOutput extends MemberInput {
  /** `false` when the user was already a member. */
  added: boolean;
}

/** A page of what members have read, as the server sends it. */
export interface ReadPageOutput {
  reads: MemberRead[];
  next: { cursor: string } | null;
}

/** A page of an inbox, as the server sends it. */
export interface ConversationPageOutput {
  conversations: InboxConversation[];
  next: { cursor: string } | null;
}
