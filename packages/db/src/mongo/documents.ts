import type { Entry, Message } from "../entities.ts";
import { conversationOf, type Stream } from "../stream.ts";

/** A document of `chat_messages`. */
export interface MessageDocument {
  /** The id and the name of the log, joined by {@link messageKey}. So the index of `_id` makes ids unique in their log. */
  _id: string;
  stream: Stream;
  seq: number;
  user_id: string;
  content: string;
  timestamp: Date;
}

/** A document of `chat_conversations`. */
export interface ConversationDocument {
  /** The conversation's id. */
  _id: string;
  created_at: Date;
  /** Hash of the members it was created with; absent when it came to be by sending. */
  created_with?: string;
  /** Present from the creation until all its members are stored. */
  incomplete?: true;
  /** Right while `active_until` is absent; else the log knows. */
  last_seq: number;
  last_activity_at: Date;
  /** A sender may add to the log until then; settled some time after. */
  active_until?: Date;
  /** What `active_until` was when it was last settled: nothing was said since. */
  quiet_since?: Date;
}

/** A document of `chat_members`. */
export interface MemberDocument {
  /** The user's and the conversation's id, made by {@link memberKey}. */
  _id: string;
  user_id: string;
  conversation_id: string;
  /** The order of joining: microseconds since 1970. */
  joined: number;
}

/** A document of `chat_leavings`: that a user left a conversation; it stays when the user joins again. */
export interface LeavingDocument {
  /** As of the membership. */
  _id: string;
  user_id: string;
  conversation_id: string;
  left_at: Date;
}

/** A document of `chat_meta`: the version of the schema, the name of the epoch, or when somebody last looked whether writes work. */
export interface MetaDocument {
  _id: "schema" | "epoch" | "ping";
  value: number | string;
}

/** Makes the key of a message. No `/` is in an id of a message, so the first one ends it. */
export function messageKey(stream: Stream, id: string): string {
  return `${id}/${stream}`;
}

/** Makes the key of a membership. No control character is in an id, so a line feed ends the first. */
export function memberKey(userId: string, conversationId: string): string {
  return `${userId}\n${conversationId}`;
}

/** Turns a place in the order of joining into the moment of joining. */
export function toJoinedAt(joined: number): Date {
  return new Date(Math.floor(joined / 1_000));
}

/** Turns a document into the message that it keeps. */
export function toMessage(document: MessageDocument): Message {
  return {
    id: document._id.slice(0, document._id.indexOf("/")),
    user_id: document.user_id,
    content: document.content,
    timestamp: document.timestamp.toISOString(),
    conversation_id: conversationOf(document.stream),
    seq: document.seq,
  };
}

/** Turns a document into the entry that it keeps. */
export function toEntry(document: MessageDocument): Entry {
  return { kind: "message", ...toMessage(document) };
}
