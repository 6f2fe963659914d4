import type { Identity, KnownUser } from "../http/identity.ts";
import type { Requests } from "../http/request.ts";
import type { Messages } from "../messages.ts";
import { HeldMessages } from "./held-messages.ts";
import { createListActions } from "./list-actions.ts";
import { ListFeed } from "./list-feed.ts";
import { createRows } from "./list-rows.ts";
import { createListeners } from "./listeners.ts";
import type {
  LoadOlderOptions,
  MessageList,
  MessageListOptions,
  MessageListSnapshot,
} from "./message-list.ts";
import type { ListedMessage } from "./own-changes.ts";
import { OwnStore } from "./own-store.ts";

/** The parts of a client that a list needs. */
export interface MessageListParts {
  requests: Requests;
  messages: Messages<KnownUser>;
  identity: Identity;
}

/** Creates the list of the messages of a conversation. */
export function createMessageList(
  { requests, messages, identity }: MessageListParts,
  conversation_id: string,
  options: MessageListOptions = {},
): MessageList {
  const { user_id, limit: pageLimit = 50, view, thread, deleted } = options;
  const listeners = createListeners(start, () => isClosed || feed.pause());
  let snapshot: MessageListSnapshot | undefined;
  let rows: readonly ListedMessage[] | undefined;
  let isClosed = false;
  let actor = user_id ?? identity.known;

  const held = new HeldMessages(({ thread_seq }) => {
    if (thread !== undefined) return thread_seq === thread;
    return view !== "main" || thread_seq === undefined;
  }, changeRows);
  const own = new OwnStore(changeRows);
  const toRows = createRows({
    held,
    own,
    conversation_id,
    showsDeleted: deleted === "include",
    userId: () => actor ?? "",
  });
  const feed = new ListFeed({
    requests,
    conversation_id,
    held,
    readPage,
    onEntry: (entry) => takeEntry(entry),
    onMessage: (message) => takeMessage(message),
    onChange: change,
  });
  const { takeEntry, takeMessage, ...actions } = createListActions({
    messages,
    held,
    own,
    apply: (run) => feed.do({ run, isOwn: true }),
    conversation_id,
    user_id,
    thread,
  });

  function readPage(before: number | undefined, { limit, ...callOptions }: LoadOlderOptions) {
    const bounds = { conversation_id, limit: limit ?? pageLimit, before };
    if (thread !== undefined) return messages.replies({ ...bounds, seq: thread }, callOptions);
    return messages.page({ ...bounds, view, deleted }, callOptions);
  }

  function changeRows(): void {
    rows = undefined;
    change();
  }

  function change(): void {
    snapshot = undefined;
    listeners.tell();
  }

  async function learnUser(): Promise<void> {
    // Known only once there is a token. Without any, own changes fail, and say so.
    actor ??= await identity.userId().catch(() => undefined);
    changeRows();
  }

  function start(): void {
    if (isClosed) return;
    if (actor === undefined) void learnUser();
    feed.start();
  }

  return {
    subscribe: listeners.subscribe,
    getSnapshot() {
      rows ??= toRows();
      snapshot ??= {
        messages: rows,
        state: isClosed ? { status: "closed" } : feed.state,
        hasOlder: held.floor > 0 && held.floor < Number.POSITIVE_INFINITY,
        isLoadingOlder: feed.isLoadingOlder,
      };
      return snapshot;
    },
    loadOlder: (callOptions = {}) => feed.loadOlder(callOptions),
    close() {
      if (isClosed) return;
      isClosed = true;
      feed.pause();
    },
    ...actions,
  };
}
