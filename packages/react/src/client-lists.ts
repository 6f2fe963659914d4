import type { ChatClient, Inbox, InboxRead, KnownUser, MessageList } from "@chatnest/client";
import { createSharedLists, type SharedLists } from "./shared-lists.ts";

/** An inbox that tells several components how far others have read. */
export interface SharedInbox extends Inbox {
  /** Whose it is; `undefined` for the client's own user. */
  readonly user_id: string | undefined;
  readonly readers: Set<(read: InboxRead) => void>;
}

/** The lists of a client that components show. */
export interface ClientLists {
  conversations: SharedLists<MessageList>;
  inboxes: SharedLists<SharedInbox>;
}

// By their client and not by a provider: React may render a provider several times before it mounts once.
const all = new WeakMap<object, ClientLists>();

/** Returns the lists of a client. */
export function listsOf(client: ChatClient<KnownUser>): ClientLists {
  const known = all.get(client);
  if (known) return known;
  const lists: ClientLists = {
    // An own message that is not stored yet, or was refused, is nowhere else.
    conversations: createSharedLists(({ getSnapshot }) =>
      getSnapshot().messages.every(({ status }) => status === "confirmed"),
    ),
    inboxes: createSharedLists(() => true),
  };
  all.set(client, lists);
  return lists;
}
