import type { Metadata } from "./metadata.ts";

/** The users who react to a message with one key. */
export interface Reaction {
  key: string;
  /** How many users: 1 or more. */
  count: number;
  /** Those who reacted first, in that order, at most 50. */
  user_ids: string[];
}

/** The replies in the thread of a message, without deleted ones. */
export interface Thread {
  count: number;
  /** The position of the newest reply; 0 when all are deleted. */
  last_seq: number;
  /** The `timestamp` of the newest reply; that of the root when all are deleted. */
  last_at: string;
}

/** The users whom a message mentions: at most 50 of the members, or all. */
export type Mentions = string[] | "everyone";

/** A message in its current state. One without a conversation is a note. */
export interface Message {
  /** Unique in its log: 8 to 64 of `A-Za-z0-9_-`. */
  id: string;
  user_id: string;
  /** 1 to 16,384 Unicode code points of well-formed text without NUL; empty when it is deleted. */
  content: string;
  /** ISO 8601, UTC, with milliseconds. */
  timestamp: string;
  /** `null` for a note. */
  conversation_id: string | null;
  /** The position in its log: 1, 2, 3, ... */
  seq: number;
  /** The position of the message that it quotes. */
  reply_to?: number;
  /** The position of the message whose thread it belongs to. */
  thread_seq?: number;
  mentions?: Mentions;
  metadata?: Metadata;
  /** When the newest edit was stored. */
  edited_at?: string;
  /** When it was deleted. Only a stub is left. */
  deleted_at?: string;
  /** In the order of their first use, at most 20. */
  reactions?: Reaction[];
  thread?: Thread;
  /** The position of the newest entry that changed it. */
  changed_seq?: number;
}

interface EntryBase {
  /** Unique in its log: 8 to 64 of `A-Za-z0-9_-`. */
  id: string;
  /** Who wrote it. */
  user_id: string;
  /** ISO 8601, UTC, with milliseconds. */
  timestamp: string;
  /** `null` in a log of notes. */
  conversation_id: string | null;
  /** The position in its log: 1, 2, 3, ... */
  seq: number;
}

/** A message as it was sent. */
export interface MessageEntry extends EntryBase {
  kind: "message";
  /** Empty when the text is erased. */
  content: string;
  reply_to?: number;
  thread_seq?: number;
  mentions?: Mentions;
  metadata?: Metadata;
  /** The thread it belongs to, with this reply. */
  thread_state?: Thread;
  /** The message was deleted since, and its text erased. */
  erased?: true;
}

/** A part of a message that an edit can change. */
export type Editable = "content" | "metadata";

/** A new text of a message: all that is current after it. */
export interface EditEntry extends EntryBase {
  kind: "edit";
  target_seq: number;
  /** What was changed. */
  edited: Editable[];
  /** Empty when the text is erased. */
  content: string;
  metadata?: Metadata;
  /** The message was deleted since, and its text erased. */
  erased?: true;
}

/** The end of a message. Its text is erased from the store. */
export interface DeletionEntry extends EntryBase {
  kind: "deletion";
  target_seq: number;
  /** The position of the message whose thread the deleted one belongs to. */
  thread_seq?: number;
  /** The thread that the deleted one belonged to, without it. */
  thread_state?: Thread;
}

/** A reaction that a user added or removed. */
export interface ReactionEntry extends EntryBase {
  kind: "reaction";
  target_seq: number;
  key: string;
  added: boolean;
  /** All reactions to the message after this one. */
  reactions: Reaction[];
}

/** An entry that changes a message. */
export type ChangeEntry = EditEntry | DeletionEntry | ReactionEntry;

/** An entry of a log. Entries of all kinds are numbered together. */
export type Entry = MessageEntry | ChangeEntry;

/** A text that a message has or had. */
export interface Version {
  /** The position of the message, or of the edit that made this version. */
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
  /** The position of the entry that added it. */
  seq: number;
  timestamp: string;
}

/** A conversation as its members see it. */
export interface Conversation {
  id: string;
  /** Members in the order they joined, the first 1,000. */
  user_ids: string[];
  /** The newest messages, oldest first. */
  messages: Message[];
  /** ISO 8601, UTC, with milliseconds. */
  created_at: string;
  /** The head of its log: the position of the newest entry, 0 when there is none. */
  last_seq: number;
  member_count: number;
  /** The `timestamp` of the newest message, else `created_at`. */
  last_activity_at: string;
  /** 1 to 200 code points of well-formed text without NUL. */
  title?: string;
  metadata?: Metadata;
}

/** How far a member has read a conversation, and what is new to it. */
export interface ReadState {
  conversation_id: string;
  user_id: string;
  /** The position up to which it has read. */
  read_seq: number;
  /** How often it has marked the conversation as unread. */
  revision: number;
  /** How many messages after `read_seq` are not its own and not deleted. */
  unread_count: number;
  /** How many of them mention it, or everyone. */
  mention_count: number;
}

/** What a member has set for itself in a conversation. Others do not see it. */
export interface MemberSettings {
  /** ISO 8601, UTC, with milliseconds. */
  muted_until: string | null;
  pinned: boolean;
  /** It ends with the next message that is sent while the conversation is not muted. */
  archived: boolean;
}

/** What is new to a user, in all conversations that are neither archived nor muted. */
export interface UnreadTotals {
  /** How many conversations have unread messages. */
  conversations: number;
  messages: number;
  mentions: number;
}

/** Returns the message that an entry stored, its fields in the order of a message that is read. */
export function toMessage(entry: MessageEntry): Message {
  const { id, user_id, content, timestamp, conversation_id, seq, ...rest } = entry;
  const { kind: _, thread_state: _state, erased: _erased, ...more } = rest;
  return { id, user_id, content, timestamp, conversation_id, seq, ...more };
}
