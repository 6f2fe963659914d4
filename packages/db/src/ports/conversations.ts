import type { Conversation } from "../entities.ts";

/** A conversation to be created. */
export interface NewConversation {
  id: string;
  /** 1 to 1,000, without repeats, in the order they join. */
  user_ids: string[];
}

/** Where a conversation stands in an inbox. */
export interface InboxPosition {
  last_activity_at: string;
  id: string;
}

/** Which part of a user's inbox to read. */
export interface InboxRange {
  /** Starts behind this position. */
  after?: InboxPosition;
  /** How many conversations at most. */
  limit: number;
}

/** Where a conversation ends. */
export interface ConversationHead {
  conversation_id: string;
  last_seq: number;
  /** Whether an entry was stored in the last minute or two. */
  is_active: boolean;
  /** The `last_seq` when the conversation was last quiet. */
  quiet_seq: number;
  /** When the user joined it; only where a user's heads were asked for. */
  joined_at?: Date;
}

/**
 * Whose heads to read: those of some conversations, of a user's conversations (all, or those that are active, or were
 * active or joined since a moment), or of all active conversations.
 */
export type HeadsQuery =
  | { conversation_ids: readonly string[] }
  | { user_id: string; since?: Date }
  | "active";

/** The conversations. */
export interface ConversationStore {
  /**
   * Creates a conversation, or finds the same one. One that its first message created gains the members.
   * @throws StoreError `conflict` when the id is taken by one that was created with other members, `invalid`,
   * `unavailable`, `closed`.
   */
  create(conversation: NewConversation): Promise<{ created: boolean }>;
  /**
   * Reads conversations, each with its `messages` newest messages (0 to 1,000), in the order asked for; unknown ids are
   * left out.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  get(ids: readonly string[], messages: number): Promise<Conversation[]>;
  /**
   * Reads a user's inbox, most recently active first, ties by id.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  inbox(userId: string, range: InboxRange): Promise<InboxPosition[]>;
  /**
   * Reads where conversations end, in no particular order.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  heads(query: HeadsQuery): Promise<ConversationHead[]>;
}
