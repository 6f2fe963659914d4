import type { Conversation, Message } from "./entities.ts";
import type { Stream } from "./stream.ts";

/** What every store of chat does, whatever keeps the data. */
export interface ChatStore {
  readonly messages: MessageStore;
  readonly conversations: ConversationStore;
  /** Reads the name of the store's epoch: positions of another one mean nothing here. 1 to 32 of `a-z0-9`. */
  epoch(): Promise<string>;
  /** Begins a new epoch: what a store is told after a backup was restored, so that nobody waits for positions that are gone. */
  renewEpoch(): Promise<void>;
  /**
   * Tells a listener, which must not throw, of what is stored from now on: what this process stores at once and in the order
   * of each log, what others store as fast as the database says. Answers with how to stop.
   */
  watch(listener: (event: StoreEvent) => void): () => void;
  /** Says how what other processes store is heard of. */
  watchState(): WatchState;
  /**
   * Answers once the store can read and write.
   * @throws StoreError `unavailable` or `closed`.
   */
  ping(): Promise<void>;
  /**
   * Stores what was already sent, then lets go of everything, within 5 s: what has no answer by then is rejected. Later
   * calls throw `closed`. Closing twice is fine.
   */
  close(): Promise<void>;
}

/** That a user joined or left a conversation. */
export interface MembershipChange {
  kind: "joined" | "left";
  conversation_id: string;
  user_id: string;
}

/** Something that happened in a store. An event may come twice, and may come after a later one. */
export type StoreEvent =
  | { kind: "message"; message: Message }
  | MembershipChange
  /** Events may have been lost: whatever depends on them is to be read again. */
  | { kind: "missed" };

/**
 * - `live`: at once, or there are no other processes.
 * - `alone`: not at all, since the database has no change streams (a standalone MongoDB).
 * - `degraded`: the database does not say at the moment.
 */
export type WatchState = "live" | "alone" | "degraded";

/** A message to be stored; the store numbers it. */
export interface NewMessage {
  id: string;
  user_id: string;
  content: string;
  conversation_id: string | null;
  /** Kept as given when it is there (an import); else the store's clock, never below the message before it. */
  timestamp?: string;
}

/** A stored message, and whether this call stored it. */
export interface Appended {
  message: Message;
  /** `false` when the same id and body had been stored before. */
  created: boolean;
}

/** Which part of a stream to read. Bounds are exclusive. */
export interface MessageRange {
  after?: number;
  before?: number;
  /** 1 to 1,000. */
  limit: number;
  /** Which end of the range to take `limit` messages from; they always come in ascending order. */
  from: "oldest" | "newest";
}

/** The logs: one sequence of messages for each conversation, and one for each user's notes. */
export interface MessageStore {
  /**
   * Stores a message at the end of its stream and answers once it is durable. Sends that arrive together are
   * committed together, in the order they arrived. A conversation comes to be by its first message, and its sender joins it.
   * @throws StoreError `conflict` when the id is taken by another body, `invalid`, `unavailable`, `closed`.
   */
  append(message: NewMessage): Promise<Appended>;
  /** Reads part of a stream, oldest first; empty when there is nothing. */
  page(stream: Stream, range: MessageRange): Promise<Message[]>;
  /** Reads one message; `null` when there is none at that position. */
  get(stream: Stream, seq: number): Promise<Message | null>;
  /** Reads the position of the newest entry; 0 when there is none. */
  lastSeq(stream: Stream): Promise<number>;
  /** Reads the positions of the newest entries of many streams at once; those without one are left out. */
  lastSeqs(streams: readonly Stream[]): Promise<Map<Stream, number>>;
}

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
  /** Whether something was said in it in the last minute or two. */
  is_active: boolean;
  /** Where it ended when it was last quiet. */
  quiet_seq: number;
  /** When the user joined it; only where a user's heads were asked for. */
  joined_at?: Date;
}

/** Whose heads to read: of some conversations, of a user's (all, or those that are active, or were active or joined since a moment), of all active ones. */
export type HeadsQuery =
  | { conversation_ids: readonly string[] }
  | { user_id: string; since?: Date }
  | "active";

/** That a user is in a conversation. */
export interface Membership {
  conversation_id: string;
  user_id: string;
  joined_at: Date;
}

/** Which users to look for in which conversations. */
export interface MembershipsQuery {
  conversation_ids: readonly string[];
  user_ids: readonly string[];
}

/** Whose memberships to look at, and since when. */
export interface ChangesQuery {
  user_ids: readonly string[];
  since: Date;
}

/** The conversations and who is in them. */
export interface ConversationStore {
  /**
   * Creates a conversation, or finds the same one. One that came to be by sending gains the members.
   * @throws StoreError `conflict` when the id is taken by one that was created with other members.
   */
  create(conversation: NewConversation): Promise<{ created: boolean }>;
  /** Reads conversations, each with its `messages` newest messages (0 to 1,000), in the order asked for; unknown ids are left out. */
  get(ids: readonly string[], messages: number): Promise<Conversation[]>;
  /** Reads a user's inbox, most recently active first, ties by id. */
  inbox(userId: string, range: InboxRange): Promise<InboxPosition[]>;
  /** Reads where conversations end, in no particular order. */
  heads(query: HeadsQuery): Promise<ConversationHead[]>;
  /** Reads which of some users are in which of some conversations, in no particular order. */
  memberships(query: MembershipsQuery): Promise<Membership[]>;
  /**
   * Reads what users joined since a moment and are in, and what they left since then, in the last 30 days, and are not in. In
   * no particular order.
   */
  changes(query: ChangesQuery): Promise<MembershipChange[]>;
  /**
   * Adds a member; `added` is `false` when it was one.
   * @throws StoreError `not_found` when there is no such conversation.
   */
  addMember(conversationId: string, userId: string): Promise<{ added: boolean }>;
  /**
   * Removes a member; the last one may leave.
   * @throws StoreError `not_found` when there is no such conversation or member.
   */
  removeMember(conversationId: string, userId: string): Promise<void>;
}
