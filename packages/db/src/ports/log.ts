import type { Entry, Mentions } from "../entities.ts";
import type { Metadata } from "../metadata.ts";
import type { Stream } from "../stream.ts";

interface NewEntryBase {
  id: string;
  user_id: string;
  conversation_id: string | null;
  /** ISO 8601 with a zone, kept as given (for imports). @default the store's clock, never below the entry before it */
  timestamp?: string;
}

/** A message to be stored; the store numbers it. */
export interface NewMessage extends NewEntryBase {
  kind: "message";
  content: string;
  /** The position of the message that it quotes. */
  reply_to?: number;
  /** The position of the message whose thread it joins, which is in no thread itself. */
  thread_seq?: number;
  mentions?: Mentions;
  metadata?: Metadata;
  /** The hash of what was sent, made by `hashSent`, where a hook has changed it: repeats are compared with that. */
  sent_hash?: string;
}

/** A new text for a message, new metadata, or both. */
export interface NewEdit extends NewEntryBase {
  kind: "edit";
  target_seq: number;
  content?: string;
  /** `null` removes the metadata. */
  metadata?: Metadata | null;
  /** Stores the edit only if the text has not changed after this position. */
  unchanged_since?: number;
}

/** The end of a message. */
export interface NewDeletion extends NewEntryBase {
  kind: "deletion";
  target_seq: number;
}

/** A reaction to be added or removed. */
export interface NewReaction extends NewEntryBase {
  kind: "reaction";
  target_seq: number;
  key: string;
  added: boolean;
}

/** An entry that changes a message. */
export type NewChange = NewEdit | NewDeletion | NewReaction;

/** An entry to be stored. */
export type NewEntry = NewMessage | NewChange;

/**
 * What happens to an author who is not a member of the conversation.
 *
 * - `join`: the author becomes a member.
 * - `members_only`: the entry is refused, in the same step that would store it.
 */
export type Admission = "join" | "members_only";

/** How an entry is stored. */
export interface AppendOptions {
  /** @default "join" */
  admission?: Admission;
}

/** A stored entry, and whether this call stored it. */
export interface Appended {
  /** `null` when there was nothing to do, and no entry says so: a reaction was removed that was never added. */
  entry: Entry | null;
  /** `false` when the same id and body had been stored before, or the change would change nothing. */
  created: boolean;
}

/** Which part of a log to read. Bounds are exclusive. */
export interface LogRange {
  after?: number;
  before?: number;
  /** The greatest number of entries: 1 to 1,001, one more than a page shows. */
  limit: number;
  /** Which end of the range to take `limit` from; the result is always in ascending order. */
  from: "oldest" | "newest";
}

/** The newest entry of a log. */
export interface LogHead {
  seq: number;
  /** How many messages the log holds, deleted ones included. */
  count: number;
  /** The position of the newest message, deleted or not; 0 when there is none. */
  said_seq: number;
}

/** The logs: one sequence of entries for each conversation, and one for each user's notes. */
export interface LogStore {
  /**
   * Stores an entry at the end of its log and resolves once it is durable. Entries that arrive together are committed
   * together, in the order they arrived. The first message of a conversation creates it. A change that would change nothing
   * stores nothing.
   * @throws StoreError `conflict` when the id is taken by another body or a message has too many reactions, `not_found` when
   * there is no message to change, `changed`, `not_member`, `invalid`, `unavailable`, `closed`.
   */
  append(entry: NewEntry, options?: AppendOptions): Promise<Appended>;
  /**
   * Reads the entry of a log that has an id; `null` when there is none.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  find(stream: Stream, id: string): Promise<Entry | null>;
  /**
   * Reads the entry that a new one repeats; `null` when there is none of its id.
   * @throws StoreError `conflict` when the id is taken by another body, `invalid`, `unavailable`, `closed`.
   */
  findSame(entry: NewEntry): Promise<Entry | null>;
  /**
   * Reads part of a log, oldest first. Positions have no holes: an empty page means that nothing is stored in the range.
   * Ends early with the entry that makes the texts longer than `pageLengthMax`: like one more than `limit`, it tells that there
   * is more.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  page(stream: Stream, range: LogRange): Promise<Entry[]>;
  /**
   * Reads the newest entries of many logs at once; empty logs are left out. What is read after that is at least as new.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  heads(streams: readonly Stream[]): Promise<Map<Stream, LogHead>>;
}
