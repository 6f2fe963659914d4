import type { Mentions, Message, Metadata, Reaction, Thread } from "./entities.ts";

interface EntryBase {
  /** Unique in its log. */
  id: string;
  /** Who wrote it. */
  user_id: string;
  /** ISO 8601, UTC, with milliseconds. */
  timestamp: string;
  /** `null` in a log of notes. */
  conversation_id: string | null;
  /** Position in its log: 1, 2, 3, ... */
  seq: number;
}

/** A message as it was sent. */
export interface MessageEntry extends EntryBase {
  kind: "message";
  /** Empty when it is erased. */
  content: string;
  reply_to?: number;
  thread_seq?: number;
  mentions?: Mentions;
  metadata?: Metadata;
  /** The thread that it belongs to, with it. */
  thread_state?: Thread;
  /** The message was deleted since. */
  erased?: true;
}

/** A new text of a message: `content` and `metadata` are all there is after it. */
export interface EditEntry extends EntryBase {
  kind: "edit";
  /** The `seq` of the message. */
  target_seq: number;
  /** What was changed. */
  edited: ("content" | "metadata")[];
  /** Empty when it is erased. */
  content: string;
  metadata?: Metadata;
  /** The message was deleted since. */
  erased?: true;
}

/** The end of a message. */
export interface DeletionEntry extends EntryBase {
  kind: "deletion";
  /** The `seq` of the message. */
  target_seq: number;
  /** The `seq` of the message whose thread it belonged to. */
  thread_seq?: number;
  /** That thread without it. */
  thread_state?: Thread;
}

/** A reaction that a user added or removed. */
export interface ReactionEntry extends EntryBase {
  kind: "reaction";
  /** The `seq` of the message. */
  target_seq: number;
  key: string;
  added: boolean;
  /** All reactions to the message after this one. */
  reactions: Reaction[];
}

/** An entry of a log. Entries of all kinds are numbered together. */
export type Entry = MessageEntry | EditEntry | DeletionEntry | ReactionEntry;

/** An entry of a newer server that this client does not know. */
export interface UnknownEntry {
  kind: "unknown";
  /** What the server calls this kind. */
  name: string;
  conversation_id: string | null;
  seq: number;
  /** The entry as it arrived. */
  data: unknown;
}

/** An entry of a log, of any kind. */
export type AnyEntry = Entry | UnknownEntry;

/** An entry as it arrives: of a kind that this client may not know. Old servers send messages without a `kind`. */
export interface RawEntry {
  kind?: string;
  conversation_id: string | null;
  seq: number;
}

const kinds: readonly string[] = [
  "message",
  "edit",
  "deletion",
  "reaction",
] satisfies Entry["kind"][];

/** Tells whether this client knows a kind of entry. */
export function isKnownKind(kind: string): boolean {
  return kinds.includes(kind);
}

/** Reads an entry as it arrived. It is not validated: the server is trusted to keep the contract. */
export function toEntry(raw: RawEntry): AnyEntry {
  const { kind: name = "message", conversation_id, seq } = raw;
  return isKnownKind(name)
    ? ({ ...raw, kind: name } as Entry)
    : { kind: "unknown", name, conversation_id, seq, data: raw };
}

/** Returns the message that an entry stored, as it was sent. */
export function toMessage({
  kind: _,
  thread_state: _state,
  erased: _erased,
  ...message
}: MessageEntry): Message {
  return message;
}
