import type { Mentions, Metadata } from "../entities.ts";
import type { CallOptions } from "../http/transport.ts";
import type { LiveState } from "../live/state.ts";
import type { ListedMessage, NewText } from "./own-changes.ts";

/** What a list shows, and who changes it. */
export interface MessageListOptions {
  /** Who sends, edits, deletes and reacts. @default the client's user */
  user_id?: string | undefined;
  /** The number of messages read at a time, 1 to 1,000. @default 50 */
  limit?: number | undefined;
  /** `main` leaves out messages that belong to a thread. */
  view?: "main" | undefined;
  /** Shows the thread of the message at this `seq` only; what is sent joins it. */
  thread?: number | undefined;
  /** `include` shows the stubs of messages that are deleted, once `deleted_at` tells when. */
  deleted?: "include" | undefined;
}

/** A list at one moment. It never changes: after a change, there is another one. */
export interface MessageListSnapshot {
  /** The newest messages, oldest first, then those that are being sent. */
  readonly messages: readonly ListedMessage[];
  /** `live` when the list is complete and current, `closed` when it is closed or the server refused for good. */
  readonly state: LiveState;
  /** Whether `loadOlder` finds more. */
  readonly hasOlder: boolean;
  readonly isLoadingOlder: boolean;
}

/** How older messages are read. */
export interface LoadOlderOptions extends CallOptions {
  /** The number of messages, 1 to 1,000. @default that of the list */
  limit?: number | undefined;
}

/** A message to send to the conversation of a list. */
export interface SendToListInput {
  /** @default a UUIDv7 made by the client */
  id?: string | undefined;
  content: string;
  /** The `seq` of a message that it quotes. */
  reply_to?: number | undefined;
  /** The `seq` of the message whose thread it joins. @default the list's thread */
  thread_seq?: number | undefined;
  mentions?: Mentions | undefined;
  metadata?: Metadata | undefined;
}

/** A new text of a message in a list. */
export interface EditInListInput extends NewText {
  /** Edits only if the text was not edited after this position. */
  unchanged_since?: number | undefined;
}

/**
 * The messages of a conversation, which keep themselves current while somebody listens: new ones, edits, deletions and
 * reactions, exactly as they are in the log, whatever happens to the connection. A client that was away for more than
 * 1,000 entries reads the newest page again instead.
 *
 * Own changes are shown at once, with the status `pending`, until they are stored, or `failed`. They are made in the
 * order of the calls, also when the list is closed meanwhile. Messages are named by their `id`, which they have from
 * the beginning. Each change returns its own id; `undefined` when the list does not hold the message.
 *
 * No function needs its `this`: `useSyncExternalStore(list.subscribe, list.getSnapshot)` shows a list in React.
 */
export interface MessageList {
  /**
   * Calls a listener after each change of the snapshot, until the returned function is called. The list is connected
   * while it has listeners, and continues where it was when it gets one again.
   */
  subscribe(listener: () => void): () => void;
  /** Returns the current snapshot: the same object until something changes. */
  getSnapshot(): MessageListSnapshot;
  /**
   * Reads the page before the first message.
   * @throws ChatError
   */
  loadOlder(options?: LoadOlderOptions): Promise<void>;
  /** Disconnects for good. Changes that are being made continue. */
  close(): void;
  /** Sends a message and returns its id. */
  send(input: SendToListInput): string;
  /** Edits a message; one that is being sent is edited once it is stored. */
  edit(message_id: string, input: EditInListInput): string | undefined;
  /** Deletes a message. */
  delete(message_id: string): string | undefined;
  /** Adds a reaction. */
  react(message_id: string, key: string): string | undefined;
  /** Removes a reaction. */
  unreact(message_id: string, key: string): string | undefined;
  /** Tries again what failed: a change, or all failed changes of a message. It is stored once, however often. */
  retry(id: string): void;
  /** Forgets what failed: a change, or all failed changes of a message. */
  discard(id: string): void;
}
