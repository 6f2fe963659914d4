/** A value of JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [name: string]: JsonValue };

/** What an app keeps with a message: a JSON object of at most 8 KiB and 5 levels. */
export type Metadata = { [name: string]: JsonValue };

/** The users who react to a message with one key. */
export interface Reaction {
  /** An emoji or a name. */
  key: string;
  /** How many users, 1 or more. */
  count: number;
  /** Those who reacted first, in that order, at most 50. */
  user_ids: string[];
}

/** The replies in the thread of a message. */
export interface Thread {
  /** How many, without deleted ones. */
  count: number;
  /** Position of the newest reply; 0 when all are deleted. */
  last_seq: number;
  /** The `timestamp` of the newest reply; of the message itself when all are deleted. */
  last_at: string;
}

/** The users whom a message mentions, at most 50 of the members; or all of them. */
export type Mentions = string[] | "everyone";

/** One message of a conversation in its current state, or a note when it has no conversation. */
export interface Message {
  /** Unique in its conversation. */
  id: string;
  /** Who sent it. */
  user_id: string;
  /** The text, byte for byte as it was sent; empty when it is deleted. */
  content: string;
  /** ISO 8601, UTC, with milliseconds; set by the server. */
  timestamp: string;
  /** `null` for a note. */
  conversation_id: string | null;
  /** Position in its conversation's log, for ever. Messages are ordered by it, not by `timestamp`. */
  seq: number;
  /** The `seq` of the message that it quotes. */
  reply_to?: number;
  /** The `seq` of the message whose thread it belongs to. */
  thread_seq?: number;
  /** Edits do not change it. */
  mentions?: Mentions;
  metadata?: Metadata;
  /** When the newest edit was stored. */
  edited_at?: string;
  /** When it was deleted. Only this stub is left. */
  deleted_at?: string;
  /** In the order of their first use, at most 20. */
  reactions?: Reaction[];
  /** Absent when it has no replies. */
  thread?: Thread;
  /** Position of the newest entry that changed it. */
  changed_seq?: number;
}

/** A conversation as its members see it. */
export interface Conversation {
  id: string;
  /** Members in the order they joined, the first 1,000 or as many as were asked for. */
  user_ids: string[];
  /** The newest messages, oldest first. */
  messages: Message[];
  /** ISO 8601, UTC, with milliseconds. */
  created_at: string;
  /** Position of the newest entry; 0 when there is none. */
  last_seq: number;
  member_count: number;
  /** The `timestamp` of the newest message, else `created_at`. */
  last_activity_at: string;
  title?: string;
  metadata?: Metadata;
}

/** What is unread in a conversation for one of its members. */
interface ReadNumbers {
  /** Position up to which the user has read: by a mark, or by a message of its own. */
  read_seq: number;
  /** How often the user has marked the conversation as unread. */
  revision: number;
  /** Number of messages after `read_seq` that are not the user's own and not deleted. */
  unread_count: number;
  /** How many of them mention the user, or everyone. */
  mention_count: number;
}

/** How far a user has read a conversation, and what is unread. */
export interface ReadState extends ReadNumbers {
  conversation_id: string;
  user_id: string;
}

/** How far a member of a conversation has read. */
export interface MemberRead {
  user_id: string;
  read_seq: number;
}

/** What a user has set for itself in a conversation. Others do not see it. */
interface Settings {
  /** ISO 8601, UTC, with milliseconds; may be in the past. */
  muted_until: string | null;
  pinned: boolean;
  /** Ends with the next message that is sent while the conversation is not muted. */
  archived: boolean;
}

/** The settings of a member of a conversation. */
export interface MemberSettings extends Settings {
  conversation_id: string;
  user_id: string;
}

/** A conversation in the inbox of a user. */
export interface InboxConversation extends Conversation, ReadNumbers, Settings {}

/** What is unread in all conversations of a user that are neither archived nor muted. */
export interface UnreadTotals {
  /** Number of conversations with unread messages. */
  conversations: number;
  messages: number;
  mentions: number;
}

/** A text that a message has or had. */
export interface Version {
  /** Position of the message, or of the edit that made this version. */
  seq: number;
  user_id: string;
  content: string;
  metadata?: Metadata;
  timestamp: string;
}

/** A reaction of one user. */
export interface Reactor {
  key: string;
  user_id: string;
  /** Position of the entry that added it. */
  seq: number;
  timestamp: string;
}
