import type { Conversations } from "../conversations.ts";
import type { InboxConversation } from "../entities.ts";
import type { Identity, KnownUser } from "../http/identity.ts";
import type { Requests } from "../http/request.ts";
import type { Transport } from "../http/transport.ts";
import { createListeners } from "../lists/listeners.ts";
import { callSafely } from "../live/subscription.ts";
import type { Reads } from "../reads.ts";
import { HeldInbox } from "./held-inbox.ts";
import type { ConversationChange } from "./inbox-events.ts";
import { InboxFeed } from "./inbox-feed.ts";
import type { Inbox, InboxOptions, InboxSnapshot } from "./inbox-list.ts";
import { compareConversations } from "./inbox-order.ts";
import { OwnReads } from "./own-reads.ts";
import { OwnSettings } from "./own-settings.ts";
import { countUnread, Rest } from "./totals.ts";

/** The parts of a client that an inbox needs. */
export interface InboxParts {
  requests: Requests;
  transport: Transport;
  identity: Identity;
  conversations: Conversations<KnownUser>;
  reads: Reads<KnownUser>;
}

interface Shown {
  /** All that is held, with the own changes. */
  all: readonly InboxConversation[];
  conversations: readonly InboxConversation[];
}

/** Creates the inbox of a user. */
export function createInbox(
  { requests, transport, identity, conversations, reads }: InboxParts,
  { user_id, limit = 20, archived, members = 10, onRead }: InboxOptions = {},
): Inbox {
  const listeners = createListeners(
    () => isClosed || feed.start(),
    () => isClosed || feed.pause(),
  );
  let shown: Shown | undefined;
  let snapshot: InboxSnapshot | undefined;
  let isClosed = false;

  const held = new HeldInbox(changeRows);
  const rest = new Rest();
  held.user_id = user_id ?? identity.known ?? "";
  const feed = new InboxFeed({
    ...{ transport, user_id, limit, members, archived, held, rest },
    follow: { requests, identity, user_id },
    onChange: change,
    onRead: (read) => callSafely(() => onRead?.(read)),
  });
  const own = {
    user_id,
    apply: (answer: ConversationChange) => feed.apply(answer),
    onChange: changeRows,
  };
  const ownReads = new OwnReads({ ...own, reads });
  const ownSettings = new OwnSettings({ ...own, conversations });

  // What is archived by now is held until the pages are read again, and counts as such.
  function toShown(): Shown {
    const all = held.items.map((item) => ownSettings.show(ownReads.show(item).row));
    const isListed = (row: InboxConversation) =>
      archived === undefined || row.archived === archived;
    return { all, conversations: all.filter(isListed).sort(compareConversations) };
  }

  function changeRows(): void {
    shown = undefined;
    change();
  }

  function change(): void {
    snapshot = undefined;
    listeners.tell();
  }

  return {
    subscribe: listeners.subscribe,
    getSnapshot() {
      shown ??= toShown();
      snapshot ??= {
        conversations: shown.conversations,
        totals: rest.with(countUnread(shown.all)),
        state: isClosed ? { status: "closed" } : feed.state,
        has_more: feed.hasMore,
      };
      return snapshot;
    },
    loadMore: (callOptions = {}) => feed.loadMore(callOptions),
    markRead(conversation_id, read_seq) {
      const item = held.get(conversation_id);
      const seq = read_seq ?? item?.row.last_seq;
      if (seq !== undefined) ownReads.mark(conversation_id, seq, item);
    },
    markUnread: (conversation_id, unread_from) => ownReads.markUnread(conversation_id, unread_from),
    update: (conversation_id, settings) => ownSettings.update(conversation_id, settings),
    close() {
      if (isClosed) return;
      isClosed = true;
      ownReads.close();
      feed.pause();
    },
  };
}
