import type { InboxConversation, UnreadTotals } from "../entities.ts";
import type { CallOptions } from "../http/transport.ts";
import type { LiveState } from "../live/state.ts";
import type { InboxRead } from "./inbox-events.ts";
import type { InboxSettings } from "./own-settings.ts";

/** Which conversations an inbox shows. */
export interface InboxOptions {
  /** Whose inbox it is. @default the client's user */
  user_id?: string | undefined;
  /** The number of conversations read at a time, 1 to 1,000. @default 20 */
  limit?: number | undefined;
  /** `false` leaves out archived conversations, `true` shows only them. @default both */
  archived?: boolean | undefined;
  /** Number of `user_ids` in each conversation, 0 to 1,000. @default 10 */
  members?: number | undefined;
  /**
   * Called when another member has marked a conversation of at most 100 members as read, while connected; at most once a
   * second for each member, always with the last mark. What members send they have read, too, and lead to no call.
   */
  onRead?: ((read: InboxRead) => void) | undefined;
}

/** An inbox at one moment. It never changes: after a change, there is another one. */
export interface InboxSnapshot {
  /**
   * Pinned ones first, then the most recently active. `messages` is the newest message, if there is one. One that has
   * not changed stays the same object.
   */
  readonly conversations: readonly InboxConversation[];
  /** What is unread in all conversations that are neither archived nor muted, loaded or not; `null` until it is known. */
  readonly totals: UnreadTotals | null;
  /** `live` when the list is complete and current, `closed` when it is closed or the server refused for good. */
  readonly state: LiveState;
  /** Whether `loadMore` finds more. */
  readonly has_more: boolean;
}

/**
 * The inbox of a user, which keeps itself current over one connection while somebody listens. What happens is shown at
 * once: a message moves its conversation up and is counted, unless it is the user's own. The numbers are the server's:
 * they are counted from those of its pages, compared with the totals that it tells after each change, and read again
 * within a second or two where they differ or are open. After a lost connection, a restart or a restored backup the
 * loaded pages are read again and replace the list at once.
 *
 * Who joins or leaves a conversation is only told of the user itself: `user_ids` and `member_count` are as of the last
 * reading.
 *
 * No function needs its `this`: `useSyncExternalStore(inbox.subscribe, inbox.getSnapshot)` shows an inbox in React.
 */
export interface Inbox {
  /**
   * Calls a listener after each change of the snapshot, until the returned function is called. The inbox is connected
   * while it has listeners.
   */
  subscribe(listener: () => void): () => void;
  /** Returns the current snapshot: the same object until something changes. */
  getSnapshot(): InboxSnapshot;
  /**
   * Reads the next page.
   * @throws ChatError
   */
  loadMore(options?: CallOptions): Promise<void>;
  /**
   * Marks a conversation as read up to a position, else as far as the inbox holds it. It is shown at once, and sent at
   * most once a second: the last mark is always sent, again and again until it is stored or refused.
   */
  markRead(conversation_id: string, read_seq?: number): void;
  /**
   * Marks a conversation as unread from a position on. It is shown at once.
   * @throws ChatError when it is refused or takes too long; the inbox then shows what is so.
   */
  markUnread(conversation_id: string, unread_from: number): Promise<void>;
  /**
   * Pins, archives or mutes a conversation for the user. It is shown at once.
   * @throws ChatError when it is refused or takes too long; the inbox then shows what is so.
   */
  update(conversation_id: string, settings: InboxSettings): Promise<void>;
  /** Disconnects for good. Changes that are being made continue. */
  close(): void;
}
