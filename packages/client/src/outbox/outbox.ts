// The client is beside this in the package: its classes are shared, and its bytes are loaded once.
import type { ChatError, Mentions, Message, Metadata } from "../index.js";

/** A message for an outbox. */
export interface SendToOutboxInput {
  /** @default a UUIDv7 */
  id?: string | undefined;
  conversation_id: string;
  content: string;
  /** The `seq` of a message that it quotes. */
  reply_to?: number | undefined;
  /** The `seq` of the message whose thread it joins. */
  thread_seq?: number | undefined;
  mentions?: Mentions | undefined;
  metadata?: Metadata | undefined;
}

/** A message in an outbox. It never changes: after a change, there is another one. */
export interface OutboxItem {
  readonly id: string;
  readonly conversation_id: string;
  readonly user_id: string;
  readonly content: string;
  /** When it was written: ISO 8601, UTC, with milliseconds. */
  readonly timestamp: string;
  readonly reply_to?: number;
  readonly thread_seq?: number;
  readonly mentions?: Mentions;
  readonly metadata?: Metadata;
  /**
   * - `pending`: it is sent as soon as the server can be reached, after earlier ones of its conversation.
   * - `failed`: the server refused it: `retry` it, or `remove` it.
   * - `sent`: it is stored as `message`; it is shown for one more minute, until the list of its conversation has it.
   */
  readonly status: "pending" | "failed" | "sent";
  /** Why it was refused; for a pending one, why the last attempt did not succeed. */
  readonly error?: ChatError;
  /** Whether it outlives the page. */
  readonly isSaved: boolean;
  /** The stored message. */
  readonly message?: Message;
}

/** An outbox at one moment. It never changes: after a change, there is another one. */
export interface OutboxSnapshot {
  /** In the order in which they were written. */
  readonly items: readonly OutboxItem[];
  /** `memory` when the browser saves nothing: what is not sent is lost with the page. */
  readonly storage: "indexeddb" | "memory";
  /** Why the browser saves nothing, or did not save the last message. */
  readonly storageError?: unknown;
}

/**
 * Messages that are kept in IndexedDB until the server has stored them: each is stored once, and in the order in which
 * they were written in their conversation, also after the page was closed. All pages of an origin share an outbox.
 *
 * A message that the server refuses does not stop the next ones. Nothing else fails: without a connection, or while the
 * user is signed out, messages wait.
 *
 * No function needs its `this`: `useSyncExternalStore(outbox.subscribe, outbox.getSnapshot)` shows it in React.
 */
export interface Outbox {
  /** Who sends. */
  readonly user_id: string;
  /** Calls a listener after each change of the snapshot, until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /** Returns the current snapshot: the same object until something changes. */
  getSnapshot(): OutboxSnapshot;
  /** Keeps a message, sends it when it can, and returns its id. One that is kept already is not changed. */
  send(input: SendToOutboxInput): string;
  /** Resolves once all messages so far are saved, or could not be. */
  saved(): Promise<void>;
  /** Tries again what was refused. */
  retry(id: string): void;
  /** Forgets a message. One that is being sent at this moment may be stored all the same. */
  remove(id: string): void;
  /** Stops sending in this page. What is saved stays: other pages, or the next one, send it. */
  close(): void;
}
