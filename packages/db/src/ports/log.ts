import type { Entry } from "../entities.ts";
import type { Stream } from "../stream.ts";

/** A message to be stored; the store numbers it. */
export interface NewMessage {
  kind: "message";
  id: string;
  user_id: string;
  content: string;
  conversation_id: string | null;
  /** ISO 8601 with a zone, kept as given (for imports). @default the store's clock, never below the entry before it */
  timestamp?: string;
}

/** An entry to be stored. */
export type NewEntry = NewMessage;

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
  entry: Entry;
  /** `false` when the same id and body had been stored before. */
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
}

/** The logs: one sequence of entries for each conversation, and one for each user's notes. */
export interface LogStore {
  /**
   * Stores an entry at the end of its log and resolves once it is durable. Entries that arrive together are committed
   * together, in the order they arrived. The first message of a conversation creates it.
   * @throws StoreError `conflict` when the id is taken by another body, `not_member`, `invalid`, `unavailable`, `closed`.
   */
  append(entry: NewEntry, options?: AppendOptions): Promise<Appended>;
  /**
   * Reads part of a log, oldest first. Positions have no holes: an empty page means that nothing is stored in the range.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  page(stream: Stream, range: LogRange): Promise<Entry[]>;
  /**
   * Reads the newest entries of many logs at once; empty logs are left out.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  heads(streams: readonly Stream[]): Promise<Map<Stream, LogHead>>;
}
