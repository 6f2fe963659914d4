import type { Message } from "../entities.ts";
import type { Stream } from "../stream.ts";
import type { LogRange } from "./log.ts";

/** Which messages to read on behind a position. Bounds are exclusive. */
export interface ReadOnRange {
  after: number;
  before?: number;
  /** How many at most: 1 to 1,001, one more than a page shows. */
  limit: number;
}

/** Messages behind a position, oldest first, and how far the log was read for them. */
export interface ReadOn {
  messages: Message[];
  /** Every message of the range at or before this position is among `messages`. */
  read_to: number;
}

/** The messages of the logs in their current state. Other entries leave holes between their positions. */
export interface MessageStore {
  /**
   * Reads messages of part of a log, oldest first; `limit` counts messages.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  page(stream: Stream, range: LogRange): Promise<Message[]>;
  /**
   * Reads the messages behind a position, and how far the log was read for them: up to its end when there are fewer than
   * `limit`.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  readOn(stream: Stream, range: ReadOnRange): Promise<ReadOn>;
  /**
   * Reads one message; `null` when there is none at that position.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  get(stream: Stream, seq: number): Promise<Message | null>;
}
