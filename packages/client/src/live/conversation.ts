import type { Message } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";
import { createMessageList, type MessageListParts } from "../lists/create-message-list.ts";
import type { MessageList, MessageListOptions } from "../lists/message-list.ts";
import type { ConversationEntryEvent, ConversationEvent } from "./events.ts";
import { followConversation } from "./follow-conversation.ts";
import { iterate } from "./iterate.ts";
import {
  type Follow,
  type FollowOptions,
  type Subscription,
  subscribe,
  toHandler,
} from "./subscription.ts";

/** The options of following a conversation. */
export interface FollowConversationOptions extends FollowOptions {
  /**
   * Begins after this place: the `position` of an event or the `seq` of a message; 0 is the beginning.
   * @default now
   */
  after?: string | number | undefined;
}

/** The options of reading the entries of a conversation. */
export interface FollowEntriesOptions extends FollowConversationOptions {
  /** An event for each entry of the log: for messages, edits, deletions and reactions. */
  entries: "all";
}

/**
 * The handlers of a conversation's events. A handler that throws does not end the subscription: its error becomes an
 * uncaught exception, which a page reports, and which ends Node unless the program listens to `uncaughtException`.
 */
export interface ConversationHandlers extends FollowConversationOptions {
  /** Called once for each message, in the order of `seq`. Keep `position` to continue from here in a later visit. */
  onMessage(message: Message, position: string): void;
  /** Called for all other events. */
  onEvent?: ((event: Exclude<ConversationEvent, { type: "message" }>) => void) | undefined;
}

/** The handlers of the entries of a conversation: its messages, and all that changes them. */
export interface ConversationEntryHandlers extends FollowConversationOptions {
  /**
   * Called once for each entry of the log, in the order of `seq`. An entry has the whole new state of what it changes.
   * An older server sends messages only.
   */
  onEntry(entry: AnyEntry, position: string): void;
  /** Called for all other events. */
  onEvent?: ((event: Exclude<ConversationEvent, { type: "message" }>) => void) | undefined;
}

/** A conversation to follow. */
export interface LiveConversation {
  /**
   * Hands over each message as it is stored, once and in order, until the subscription is closed. It reconnects by
   * itself and misses nothing. It begins after `after` if that is given, else when it is `live`.
   * @example
   * ```ts
   * const subscription = chat.conversation("tea").subscribe({
   *   onMessage: ({ user_id, content }) => console.log(user_id, content),
   *   onState: ({ status }) => console.log(status),
   * });
   * subscription.close();
   * ```
   */
  subscribe(handlers: ConversationHandlers | ConversationEntryHandlers): Subscription;
  /** Returns an iterable as the one below, with an event for each entry of the log. */
  events(options: FollowEntriesOptions): AsyncIterableIterator<ConversationEntryEvent, void>;
  /**
   * Returns the same events as an iterable, which reads no faster than they are taken. It begins when the first one is
   * requested, and ends when the loop is left or the signal aborts.
   * @throws ChatError in the loop, when the server refuses for good.
   * @example
   * ```ts
   * for await (const event of chat.conversation("tea").events({ after: 0 })) {
   *   if (event.type === "message") console.log(event.message.content);
   * }
   * ```
   */
  events(options?: FollowConversationOptions): AsyncIterableIterator<ConversationEvent, void>;
  /**
   * Returns the messages as a list that keeps itself current: see {@link MessageList}.
   * @example
   * ```tsx
   * const list = useMemo(() => chat.conversation(id).messages(), [id]);
   * const { messages } = useSyncExternalStore(list.subscribe, list.getSnapshot);
   * ```
   */
  messages(options?: MessageListOptions): MessageList;
}

/** Creates the calls that follow a conversation. */
export function createLiveConversation(
  parts: MessageListParts,
  conversation_id: string,
): LiveConversation {
  function from(
    { after }: FollowConversationOptions,
    entries?: "all",
  ): Follow<ConversationEvent | ConversationEntryEvent> {
    return (sink) => followConversation(parts.requests, { conversation_id, after, entries }, sink);
  }

  function events(
    options: FollowConversationOptions & { entries?: "all" } = {},
  ): AsyncIterableIterator<ConversationEvent & ConversationEntryEvent, void> {
    return iterate(from(options, options.entries), options) as never;
  }

  return {
    subscribe(handlers) {
      const isOfEntries = "onEntry" in handlers;
      const outlet = toHandler<ConversationEvent | ConversationEntryEvent>((event) => {
        if (event.type === "entry") isOfEntries && handlers.onEntry(event.entry, event.position);
        else if (event.type !== "message") handlers.onEvent?.(event);
        else if (!isOfEntries) handlers.onMessage(event.message, event.position);
      });
      return subscribe(from(handlers, isOfEntries ? "all" : undefined), outlet, handlers);
    },
    events,
    messages: (options) => createMessageList(parts, conversation_id, options),
  };
}
