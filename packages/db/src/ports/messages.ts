import type { Message } from "../entities.ts";
import type { Stream } from "../stream.ts";
import type { LogRange } from "./log.ts";

/** Which messages to read after a position. Bounds are exclusive. */
export interface ReadOnRange {
  after: number;
  before?: number;
  /** The greatest number of messages: 1 to 1,001, one more than a page shows. */
  limit: number;
}

/** Messages after a position, oldest first, and how far the log was read for them. */
export interface ReadOn {
  messages: Message[];
  /** Every message of the range at or before this position is among `messages`. */
  read_to: number;
}

/** The messages of the logs in their current state. Their positions have holes where other entries are. */
export interface MessageStore {
  /**
   * Reads the messages in part of a log, oldest first. `limit` counts messages only.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  page(stream: Stream, range: LogRange): Promise<Message[]>;
  /**
   * Reads the messages after a position, and tells how far it has read the log: up to the head (or `before`) when it returns
   * fewer than `limit` messages.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  readOn(stream: Stream, range: ReadOnRange): Promise<ReadOn>;
  /**
   * Reads one message; `null` when there is none at that position.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  get(stream: Stream, seq: number): Promise<Message | null>;
}
