import type { ChatClient, Inbox, InboxOptions, InboxSnapshot, KnownUser } from "@chatnest/client";
import type { ClientLists, SharedInbox } from "./client-lists.ts";
import type { Held } from "./shared-lists.ts";

/** What is shown before an inbox is open, and on a server. */
export const emptyInbox: InboxSnapshot = {
  conversations: [],
  totals: null,
  state: { status: "connecting" },
  has_more: false,
};

/** An inbox for `useSyncExternalStore`. */
export interface InboxStore {
  subscribe(listener: () => void): () => void;
  getSnapshot(): InboxSnapshot;
  /** Returns the inbox, or the one of another key, which is open until it is released. */
  hold(key?: string): Held<SharedInbox>;
  actions: Pick<Inbox, "loadMore" | "markRead" | "markUnread" | "update">;
}

/** Creates the store of an inbox. Nothing is opened before somebody subscribes or changes something. */
export function createInboxStore(
  client: ChatClient<KnownUser>,
  { inboxes }: ClientLists,
  options: Omit<InboxOptions, "onRead">,
): InboxStore {
  const { user_id, limit, archived, members } = options;
  const own = JSON.stringify([user_id, limit, archived, members]);

  function open(): SharedInbox {
    const readers: SharedInbox["readers"] = new Set();
    const inbox = client.inbox({
      ...options,
      onRead(read) {
        for (const reader of readers) reader(read);
      },
    });
    return { ...inbox, readers, user_id };
  }

  const hold = (key = own) => inboxes.hold(key, open);

  function change<TResult>(run: (inbox: Inbox) => TResult): TResult {
    const { list, release } = hold();
    try {
      return run(list);
    } finally {
      release();
    }
  }

  return {
    hold,
    getSnapshot: () => inboxes.peek(own)?.getSnapshot() ?? emptyInbox,
    subscribe(listener) {
      const { list, release } = hold();
      const stop = list.subscribe(listener);
      return () => {
        stop();
        release();
      };
    },
    actions: {
      loadMore: (callOptions) => change((inbox) => inbox.loadMore(callOptions)),
      markRead: (id, read_seq) => change((inbox) => inbox.markRead(id, read_seq)),
      markUnread: (id, unread_from) => change((inbox) => inbox.markUnread(id, unread_from)),
      update: (id, settings) => change((inbox) => inbox.update(id, settings)),
    },
  };
}
