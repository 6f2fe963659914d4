import type {
  ListedMessage,
  MessageList,
  MessageListOptions,
  MessageListSnapshot,
} from "@chatnest/client";
import type { Outbox } from "@chatnest/client/outbox";
import { createAwaited } from "./awaited.ts";
import type { ClientLists } from "./client-lists.ts";

/** Where the messages of a conversation come from. */
export interface ConversationStoreOptions {
  lists: ClientLists;
  outbox: Outbox | undefined;
  id: string;
  options: MessageListOptions;
  /** Creates the list. */
  open(): MessageList;
}

type Actions = Pick<
  MessageList,
  "send" | "edit" | "react" | "unreact" | "retry" | "discard" | "loadOlder"
> & { remove: MessageList["delete"] };

/** The messages of a conversation for `useSyncExternalStore`, and the functions that change them. */
export interface ConversationStore {
  subscribe(listener: () => void): () => void;
  getSnapshot(): MessageListSnapshot;
  actions: Actions;
}

const none: readonly ListedMessage[] = [];

/** What is shown before a list is open, and on a server. */
export const emptyList: MessageListSnapshot = {
  messages: none,
  state: { status: "connecting" },
  hasOlder: false,
  isLoadingOlder: false,
};

/** Creates the store of a conversation. Nothing is opened before somebody subscribes or changes something. */
export function createConversationStore(parts: ConversationStoreOptions): ConversationStore {
  const { lists, outbox, id, options, open } = parts;
  const { user_id, limit, view, thread, deleted } = options;
  const key = JSON.stringify([id, user_id, limit, view, thread, deleted]);
  const withAwaited = outbox && createAwaited(outbox, { id, view, thread });
  const hold = () => lists.conversations.hold(key, open);

  function change<TResult>(run: (list: MessageList) => TResult): TResult {
    const { list, release } = hold();
    try {
      return run(list);
    } finally {
      release();
    }
  }

  const isAwaited = (message_id: string) =>
    outbox?.getSnapshot().items.some((item) => item.id === message_id && item.status !== "sent");

  return {
    subscribe(listener) {
      const { list, release } = hold();
      const stops = [release, list.subscribe(listener), outbox?.subscribe(listener)];
      return () => {
        for (const stop of stops) stop?.();
      };
    },
    getSnapshot() {
      const snapshot = lists.conversations.peek(key)?.getSnapshot() ?? emptyList;
      return withAwaited?.(snapshot) ?? snapshot;
    },
    actions: {
      send(input) {
        if (!outbox) return change((list) => list.send(input));
        return outbox.send({ thread_seq: thread, ...input, conversation_id: id });
      },
      edit: (message_id, input) => change((list) => list.edit(message_id, input)),
      remove(message_id) {
        if (!isAwaited(message_id)) return change((list) => list.delete(message_id));
        outbox?.remove(message_id);
        return undefined;
      },
      react: (message_id, key) => change((list) => list.react(message_id, key)),
      unreact: (message_id, key) => change((list) => list.unreact(message_id, key)),
      retry(change_id) {
        if (isAwaited(change_id)) outbox?.retry(change_id);
        else change((list) => list.retry(change_id));
      },
      discard(change_id) {
        if (isAwaited(change_id)) outbox?.remove(change_id);
        else change((list) => list.discard(change_id));
      },
      loadOlder: (callOptions) => change((list) => list.loadOlder(callOptions)),
    },
  };
}
