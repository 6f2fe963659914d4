/** A message in its current state. One without a conversation is a note. */
export interface Message {
  /** Unique in its log: 8 to 64 of `A-Za-z0-9_-`. */
  id: string;
  user_id: string;
  /** 1 to 16,384 Unicode code points of well-formed text without NUL. */
  content: string;
  /** ISO 8601, UTC, with milliseconds. */
  timestamp: string;
  /** `null` for a note. */
  conversation_id: string | null;
  /** The position in its log: 1, 2, 3, ... */
  seq: number;
}

/** A message as it was sent. */
export interface MessageEntry extends Message {
  kind: "message";
}

/** An entry of a log. Entries of all kinds are numbered together. */
export type Entry = MessageEntry;

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
}

/** Returns the message that an entry stored. */
export function toMessage({ kind: _, ...message }: MessageEntry): Message {
  return message;
}
