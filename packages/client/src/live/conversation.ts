import type { Message } from "../contract.ts";
import type { Requests } from "../http/request.ts";
import type { ConversationEvent } from "./events.ts";
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
  subscribe(handlers: ConversationHandlers): Subscription;
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
}

/** Creates the calls that follow a conversation. */
export function createLiveConversation(
  requests: Requests,
  conversation_id: string,
): LiveConversation {
  const from =
    ({ after }: FollowConversationOptions): Follow<ConversationEvent> =>
    (sink) =>
      followConversation(requests, { conversation_id, after }, sink);
  return {
    subscribe(handlers) {
      const outlet = toHandler<ConversationEvent>((event) => {
        if (event.type === "message") handlers.onMessage(event.message, event.position);
        else handlers.onEvent?.(event);
      });
      return subscribe(from(handlers), outlet, handlers);
    },
    events: (options = {}) => iterate(from(options), options),
  };
}
