import type {
  CallOptions,
  InboxConversation,
  InboxOptions,
  InboxSettings,
  LiveState,
  UnreadTotals,
} from "@chatnest/client";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { createInboxStore, emptyInbox } from "./inbox-store.ts";
import { useProvided } from "./provider.ts";

/** An inbox as a component shows it. Its functions stay the same between renders. */
export interface InboxView {
  /** Pinned ones first, then the most recently active. One that has not changed stays the same object. */
  readonly conversations: readonly InboxConversation[];
  /** What is unread in all conversations that are neither archived nor muted; `null` until it is known. */
  readonly totals: UnreadTotals | null;
  /** `live` when the inbox is complete and current. */
  readonly state: LiveState;
  /** Whether `loadMore` finds more. */
  readonly hasMore: boolean;
  /**
   * Reads the next page.
   * @throws ChatError
   */
  loadMore(options?: CallOptions): Promise<void>;
  /** Marks a conversation as read up to a position, else as far as the inbox holds it. */
  markRead(conversation_id: string, read_seq?: number): void;
  /**
   * Marks a conversation as unread from a position on.
   * @throws ChatError
   */
  markUnread(conversation_id: string, unread_from: number): Promise<void>;
  /**
   * Pins, archives or mutes a conversation.
   * @throws ChatError
   */
  update(conversation_id: string, settings: InboxSettings): Promise<void>;
}

/**
 * Shows the conversations of the client's user, or of another one, and keeps them current while the component is
 * mounted. On a server, and until it is connected, there are none.
 * @example
 * ```tsx
 * function Inbox() {
 *   const { conversations } = useInbox({ archived: false });
 *   return <ul>{conversations.map(({ id, unread_count }) => <li key={id}>{id} {unread_count}</li>)}</ul>;
 * }
 * ```
 */
export function useInbox(options: InboxOptions = {}): InboxView {
  const { client, lists } = useProvided();
  const { user_id, limit, archived, members, onRead } = options;
  const store = useMemo(
    () => createInboxStore(client, lists, { user_id, limit, archived, members }),
    [client, lists, user_id, limit, archived, members],
  );
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, () => emptyInbox);

  const reader = useRef(onRead);
  useEffect(() => {
    reader.current = onRead;
  });
  useEffect(() => {
    const { list, release } = store.hold();
    const tell: typeof onRead = (read) => reader.current?.(read);
    list.readers.add(tell);
    return () => {
      list.readers.delete(tell);
      release();
    };
  }, [store]);

  return useMemo(() => {
    const { conversations, totals, state, has_more } = snapshot;
    return { conversations, totals, state, hasMore: has_more, ...store.actions };
  }, [snapshot, store]);
}
