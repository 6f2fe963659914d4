import type { Entry } from "../entities.ts";
import type { Metadata } from "../metadata.ts";
import type { Stream } from "../stream.ts";
import type { IdRange } from "./conversations.ts";
import type { LogRange } from "./log.ts";
import type { MembersRange } from "./members.ts";

/** A conversation as it is stored, without its members and its log. */
export interface StoredConversation {
  id: string;
  /** ISO 8601, UTC, with milliseconds. */
  created_at: string;
  /** Hash of the members it was created with; absent when a message created it. */
  created_with?: string;
  title?: string;
  metadata?: Metadata;
}

/** An entry with what is stored of it beside. */
export type StoredEntry = Entry & {
  /** Of messages: the hash of what was sent, where a hook has changed it. */
  sent_hash?: string;
};

/** A membership, with all that it takes to know what the member has read. */
export interface StoredMember {
  user_id: string;
  /** ISO 8601, UTC, with milliseconds. */
  joined_at: string;
  /** Read up to here. All else about reading follows from the log. */
  read_seq: number;
  /** How often it was marked as unread. */
  revision: number;
  /** ISO 8601, UTC, with milliseconds. */
  muted_until: string | null;
  pinned: boolean;
  /** The head of the log when the member archived the conversation. */
  archived_seq: number | null;
}

/** A membership, and its opaque place in the order of joining. */
export interface PlacedMember extends StoredMember {
  place: number;
}

/** Which members to read. What they read behind `upTo` is left out. */
export interface StoredMembersRange extends MembersRange {
  /** The head of the log that is read beside. */
  upTo: number;
}

/** A membership to be written, with what follows from the log. */
export interface CountedMember extends StoredMember {
  /** How many messages the log holds up to `read_seq`. */
  read_count: number;
  /** How many messages behind `read_seq` are the member's own, deleted ones included, and the position of the newest of them; else 0. */
  own_count: number;
  own_seq: number;
}

/** A conversation that is in a store. */
export interface FoundConversation {
  conversation: StoredConversation;
  /** It was begun by `begin`, and its writing has not ended. */
  isBegun: boolean;
}

/** How far a copy of a store is, in pages of its file. */
export interface BackupProgress {
  done: number;
  total: number;
}

/**
 * Whole conversations, in and out. What is written keeps ids, positions and times; nobody else may write
 * to a conversation before `finish`, and members see it only then.
 */
export interface TransferStore {
  /**
   * Reads conversations, sorted by the code points of their ids.
   * @throws StoreError `unavailable`, `closed`.
   */
  conversations(range: IdRange): Promise<StoredConversation[]>;
  /**
   * Reads which users have notes, sorted by code points.
   * @throws StoreError `unavailable`, `closed`.
   */
  noteUsers(range: IdRange): Promise<string[]>;
  /**
   * Reads members in the order they joined.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  members(conversationId: string, range: StoredMembersRange): Promise<PlacedMember[]>;
  /**
   * Reads part of a log, as `log.page` does.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  entries(stream: Stream, range: LogRange): Promise<StoredEntry[]>;
  /**
   * Reads a conversation; `null` when it is not there.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  find(conversationId: string): Promise<FoundConversation | null>;
  /**
   * Begins to write a conversation that is absent, or goes on with one that is begun.
   * @throws StoreError `conflict` when it is stored, `invalid`, `unavailable`, `closed`.
   */
  begin(conversation: StoredConversation): Promise<void>;
  /**
   * Writes entries at their positions: at the end of the log of a begun conversation, or of notes. Those that are there already,
   * with the same ids, are left alone. Texts of messages that a deletion names are erased.
   * @throws StoreError `conflict` when the log holds something else, or its end is elsewhere; `invalid` when they name a message that
   * is not there; `unavailable`, `closed`.
   */
  put(stream: Stream, entries: readonly StoredEntry[]): Promise<void>;
  /**
   * Writes the members of a begun conversation, in the order they joined, and ends its writing. Takes as long as it takes.
   * @throws StoreError `conflict` when it is not begun; `invalid`, `unavailable`, `closed`.
   */
  finish(conversationId: string, members: readonly CountedMember[]): Promise<void>;
  /**
   * Reads the name of the store that is being migrated into this one; `null` when there is none.
   * @throws StoreError `unavailable`, `closed`.
   */
  source(): Promise<string | null>;
  /**
   * Notes which store is being migrated into this one, or that there is none.
   * @throws StoreError `unavailable`, `closed`.
   */
  setSource(name: string | null): Promise<void>;
  /**
   * Copies an embedded store into a file, which must be empty or absent, while it is in use. All that was stored before the call is in
   * the copy. The file is not synced.
   * @throws StoreError `invalid` on MongoDB, `unavailable`, `closed`; an error of the file.
   */
  backup(file: string, onProgress: (progress: BackupProgress) => void): Promise<void>;
}
