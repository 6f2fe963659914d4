import type { Conversation, MemberSettings, ReadState } from "../entities.ts";
import type { Metadata } from "../metadata.ts";

/** A conversation to be created. */
export interface NewConversation {
  id: string;
  /** 1 to 1,000, without repeats, in the order they join. */
  user_ids: string[];
}

/** What to change of a conversation; `null` removes it, and what is not given stays. */
export interface ConversationChange {
  title?: string | null;
  metadata?: Metadata | null;
}

/** Where a conversation stands in an inbox: pinned ones first, then by activity, ties by id. */
export interface InboxPosition {
  pinned: boolean;
  last_activity_at: string;
  id: string;
}

/** A conversation in the inbox of a user: where it stands, what the user has set, and what is new to it. */
export interface InboxItem
  extends InboxPosition,
    MemberSettings,
    Omit<ReadState, "conversation_id" | "user_id"> {}

/** Which part of a user's inbox to read. */
export interface InboxRange {
  /** Starts after this position. */
  after?: InboxPosition;
  /** How many conversations at most. */
  limit: number;
  /** Only conversations that are archived, or only those that are not. @default both */
  archived?: boolean;
  /** Only conversations with unread messages. @default false */
  unread?: boolean;
}

/** Which part of the ids of a user's conversations to read. */
export interface IdRange {
  /** Starts after this id. */
  after?: string;
  /** How many ids at most. */
  limit: number;
}

/** The head of a conversation's log, and how active the conversation is. */
export interface ConversationHead {
  conversation_id: string;
  /** 0 when there is no entry. */
  last_seq: number;
  /** Whether an entry may have been stored in the last minute or two. */
  is_active: boolean;
  /** The `last_seq` when the conversation was last quiet. */
  quiet_seq: number;
  /** When the user joined; only in answers to a query by `user_id`. */
  joined_at?: Date;
}

/**
 * Whose heads to read: of the given conversations, of a user's conversations, or of all active conversations. With `since`,
 * those of a user are limited to conversations that are active, were active since then, or were joined since then.
 */
export type HeadsQuery =
  | { conversation_ids: readonly string[] }
  | { user_id: string; since?: Date }
  | "active";

/** The conversations. */
export interface ConversationStore {
  /**
   * Creates a conversation, or finds the same one. One that its first message created gains the members.
   * @throws StoreError `conflict` when the conversation was created with other members, `invalid`,
   * `unavailable`, `closed`.
   */
  create(conversation: NewConversation): Promise<{ created: boolean }>;
  /**
   * Reads conversations, each with its `messages` newest messages (0 to 1,000) and the ids of its first `members` members (0 to
   * 1,000, all of these by default), in the given order; unknown ids are left out. The texts of one conversation are at most `pageLengthMax` long: only as many of the newest messages are read.
   * Those of all, with the ids of members, are no longer either, or only one is read: the rest can be read from there. The
   * messages may be frozen, since others can be given the same ones.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  get(ids: readonly string[], messages: number, members?: number): Promise<Conversation[]>;
  /**
   * Changes the title or the metadata of a conversation.
   * @throws StoreError `not_found`, `invalid`, `unavailable`, `closed`.
   */
  update(id: string, change: ConversationChange): Promise<void>;
  /**
   * Reads a user's inbox: pinned conversations first, then the most recently active, ties by id.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  inbox(userId: string, range: InboxRange): Promise<InboxItem[]>;
  /**
   * Reads what the inbox of a user says of given conversations, in no particular order. Those that the user is not in are left out.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  itemsOf(userId: string, ids: readonly string[]): Promise<InboxItem[]>;
  /**
   * Reads the ids of a user's conversations, sorted by code points: an order that activity does not change.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  idsOf(userId: string, range: IdRange): Promise<string[]>;
  /**
   * Reads the heads of conversations, in no particular order. Unknown conversations are left out.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  heads(query: HeadsQuery): Promise<ConversationHead[]>;
}
