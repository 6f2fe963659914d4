import type { Mentions, Message, Metadata, Reactor } from "../entities.ts";
import type { Entry, ReactionEntry } from "../entries.ts";

/** A note to store. */
export interface SendNoteInput {
  /** 8 to 64 characters of `A-Za-z0-9_-`. @default a UUIDv7 made by the client */
  id?: string | undefined;
  /** 1 to 128 characters. */
  user_id: string;
  /** 1 to 16,384 characters of well-formed Unicode without NUL. */
  content: string;
}

/** A message to store. */
export interface SendMessageInput extends SendNoteInput {
  /** 1 to 128 characters; the first message creates the conversation. Without it the message is a note. */
  conversation_id?: string | null | undefined;
  /** The `seq` of a message that it quotes. */
  reply_to?: number | undefined;
  /** The `seq` of the message whose thread it joins, which is in no thread itself. */
  thread_seq?: number | undefined;
  /** Members, 1 to 50, each once; or `everyone`. */
  mentions?: Mentions | undefined;
  /** A JSON object of at most 8 KiB and 5 levels; given back equal. */
  metadata?: Metadata | undefined;
}

/** The result of a send. */
export interface SendMessageOutput {
  message: Message;
  /** `false` when the message was already stored, perhaps by an earlier attempt of this call whose answer was lost. */
  created: boolean;
}

/** Selects a page of a log: the newest messages, with `after` the next ones, with `before` the previous ones. */
export interface PageBounds {
  /** Maximum number of messages, 1 to 1,000; for `list`, the number fetched at a time. @default 50, for `list` 200 */
  limit?: number | undefined;
  /** Only messages before this `seq`. */
  before?: number | undefined;
  /** Only messages after this `seq`. */
  after?: number | undefined;
}

/** Selects a page of a conversation. */
export interface MessagePageInput extends PageBounds {
  conversation_id: string;
  /** `main` leaves out messages that belong to a thread. */
  view?: "main" | undefined;
  /** `include` shows deleted messages, as stubs without text. */
  deleted?: "include" | undefined;
}

/** Selects a page of the thread that a message started. */
export interface ReplyPageInput extends PageBounds, GetMessageInput {}

/** Selects a page of a user's notes. */
export interface NotePageInput extends PageBounds {
  user_id: string;
}

/** Selects one message of a conversation. */
export interface GetMessageInput {
  conversation_id: string;
  seq: number;
}

/** A message to change, and by whom. */
export interface ChangeMessageInput extends GetMessageInput {
  /** 8 to 64 characters of `A-Za-z0-9_-`, the id of this change. @default a UUIDv7 made by the client */
  id?: string | undefined;
  /** 1 to 128 characters. */
  user_id: string;
}

/** A new content of a message, new metadata, or both; what is not given stays. */
export interface EditMessageInput extends ChangeMessageInput {
  /** 1 to 16,384 characters of well-formed Unicode without NUL. */
  content?: string | undefined;
  /** `null` removes it. */
  metadata?: Metadata | null | undefined;
  /** Edits only if the text was not edited after this position: the `seq` of the message, or of an edit. */
  unchanged_since?: number | undefined;
}

/** The result of an edit. */
export interface EditMessageOutput {
  /** In its current state. */
  message: Message;
  /** `false` when the edit was already stored. */
  created: boolean;
}

/** The result of a deletion. */
export interface DeleteMessageOutput {
  /** `false` when it was already deleted. */
  created: boolean;
}

/** A reaction to add or remove. */
export interface ReactInput extends ChangeMessageInput {
  /** An emoji or a name, 1 to 64 characters. */
  key: string;
}

/** The result of adding a reaction. */
export interface ReactOutput {
  /** The entry that added it. */
  entry: ReactionEntry;
  /** `false` when it was already there. */
  created: boolean;
}

/** The result of removing a reaction. */
export interface UnreactOutput {
  /** The entry that removed it; `null` when it never was there. */
  entry: ReactionEntry | null;
  /** `false` when it was not there. */
  created: boolean;
}

/** Selects who reacted to a message. */
export interface ReactorPageInput extends GetMessageInput {
  /** Only reactions with this key. */
  key?: string | undefined;
  /** The number fetched at a time, 1 to 1,000. @default 200 */
  limit?: number | undefined;
  /** The cursor of the previous page. */
  cursor?: string | undefined;
}

/** Selects a part of a log. */
export interface LogPageInput {
  conversation_id: string;
  /** Only entries after this `seq`. @default 0 */
  after?: number | undefined;
  /** The number fetched at a time, 1 to 1,000. @default 200 */
  limit?: number | undefined;
}

/** Selects one note of a user. */
export interface GetNoteInput {
  user_id: string;
  seq: number;
}

/** A page of a log, as the server sends it. */
export interface MessagePageOutput {
  messages: Message[];
  prev: { before: number } | null;
  next: { after: number; before?: number } | null;
  /**
   * How far the log was read: the page holds every message of its range up to this `seq`. `null` for a page without
   * `after`; absent from older servers.
   */
  read_to?: number | null;
}

/** A page of reactions, as the server sends it. */
export interface ReactorPageOutput {
  reactions: Reactor[];
  next: { cursor: string } | null;
}

/** A page of entries, as the server sends it. */
export interface LogPageOutput {
  entries: Entry[];
  next: { after: number } | null;
}
