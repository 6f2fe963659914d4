import type { Message, Reactor, Version } from "../entities.ts";
import type { Stream } from "../stream.ts";
import type { LogRange } from "./log.ts";

/** Which messages to show. */
export interface MessageView {
  /** Whether deleted messages are shown, as stubs without text. @default false */
  deleted?: boolean;
  /** Only the replies in the thread of this message, or `none` for messages that are in no thread. @default all messages */
  thread?: number | "none";
}

/** Which messages to read. Bounds are exclusive. */
export interface MessageRange extends LogRange, MessageView {}

/** Which messages to read after a position. Bounds are exclusive. */
export interface ReadOnRange extends MessageView {
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

/** Which reactions to read. */
export interface ReactorRange {
  /** Starts after this reaction. */
  after?: Pick<Reactor, "key" | "seq">;
  /** Only reactions with this key. */
  key?: string;
  /** The greatest number of reactions: 1 to 1,001, one more than a page shows. */
  limit: number;
}

/** The messages of the logs in their current state. Their positions have holes where other entries are. */
export interface MessageStore {
  /**
   * Reads the messages in part of a log, oldest first. `limit` counts messages only. Ends early with the message that makes
   * the texts longer than `pageLengthMax`: like one more than `limit`, it tells that there is more.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  page(stream: Stream, range: MessageRange): Promise<Message[]>;
  /**
   * Reads the messages after a position, and tells how far it has read the log: up to the head (or `before`) when it returns
   * fewer than `limit` messages, and does not end early as `page` does.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  readOn(stream: Stream, range: ReadOnRange): Promise<ReadOn>;
  /**
   * Reads one message, of a deleted one the stub; `null` when there is none at that position.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  get(stream: Stream, seq: number): Promise<Message | null>;
  /**
   * Reads the texts of a message, oldest first, the current one last; none when it is deleted or there is none. Of more than
   * 1,000, or longer ones than `pageLengthMax` together, these are the newest.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  versions(stream: Stream, seq: number): Promise<Version[]>;
  /**
   * Reads who reacts to a message, by key, those with one key in the order they reacted.
   * @throws StoreError `invalid`, `unavailable`, `closed`.
   */
  reactors(stream: Stream, seq: number, range: ReactorRange): Promise<Reactor[]>;
}
