import type {
  EditInListInput,
  ListedMessage,
  LiveState,
  LoadOlderOptions,
  MessageListOptions,
  SendToListInput,
} from "@chatnest/client";
import { useMemo, useSyncExternalStore } from "react";
import { createConversationStore, emptyList } from "./conversation-store.ts";
import { useProvided } from "./provider.ts";

/** A conversation as a component shows it. Its functions stay the same between renders. */
export interface ConversationView {
  /** The newest messages, oldest first, then those that are being sent. An unchanged one stays the same object. */
  readonly messages: readonly ListedMessage[];
  /** `live` when the messages are complete and current. */
  readonly state: LiveState;
  /** Whether `loadOlder` finds more. */
  readonly hasMore: boolean;
  readonly isLoadingOlder: boolean;
  /** Sends a message, which is shown at once, and returns its id. */
  send(input: SendToListInput): string;
  /** Edits a message; returns `undefined` when the list does not hold it, as while it waits in the outbox. */
  edit(message_id: string, input: EditInListInput): string | undefined;
  /** Deletes a message; one that waits in the outbox is forgotten. */
  remove(message_id: string): string | undefined;
  /** Adds a reaction. */
  react(message_id: string, key: string): string | undefined;
  /** Removes a reaction. */
  unreact(message_id: string, key: string): string | undefined;
  /** Tries again what failed: a change, or all failed changes of a message. */
  retry(id: string): void;
  /** Forgets what failed: a change, or all failed changes of a message. */
  discard(id: string): void;
  /**
   * Reads the page before the first message.
   * @throws ChatError Catch it: the page stays as it is, and can be asked for again.
   */
  loadOlder(options?: LoadOlderOptions): Promise<void>;
}

/**
 * Shows the messages of a conversation in their current state, and follows it while the component is mounted.
 * On a server, and until it is connected, there are no messages.
 * @example
 * ```tsx
 * function Chat({ id }: { id: string }) {
 *   const { messages, state, send } = useConversation(id);
 *   return <ol>{messages.map(({ id, content }) => <li key={id}>{content}</li>)}</ol>;
 * }
 * ```
 */
export function useConversation(id: string, options: MessageListOptions = {}): ConversationView {
  const { client, lists, outbox: provided } = useProvided();
  const { user_id, limit, view, thread, deleted } = options;
  // An outbox sends as its own user only.
  const isOther = user_id !== undefined && user_id !== provided?.user_id;
  const outbox = isOther ? undefined : provided;
  const store = useMemo(() => {
    const given = { user_id, limit, view, thread, deleted };
    const open = () => client.conversation(id).messages(given);
    return createConversationStore({ lists, outbox, id, options: given, open });
  }, [client, lists, outbox, id, user_id, limit, view, thread, deleted]);
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, () => emptyList);
  return useMemo(() => {
    const { messages, state, hasOlder, isLoadingOlder } = snapshot;
    return { messages, state, hasMore: hasOlder, isLoadingOlder, ...store.actions };
  }, [snapshot, store]);
}
