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

/** How to follow a conversation. */
export interface FollowConversationOptions extends FollowOptions {
  /**
   * Begins behind this place: the `position` of an event, or the `seq` of a message; 0 is the beginning.
   * @default now
   */
  after?: string | number | undefined;
}

/**
 * Who hears what of a conversation. The subscription goes on whatever a handler throws: that is an uncaught exception, which
 * a page reports, and which ends Node unless the program listens to `uncaughtException`.
 */
export interface ConversationHandlers extends FollowConversationOptions {
  /** Hears each message once, in the order of `seq`. Keep `position` to go on from here in a later visit. */
  onMessage(message: Message, position: string): void;
  /** Hears everything but messages. */
  onEvent?: ((event: Exclude<ConversationEvent, { type: "message" }>) => void) | undefined;
}

/** One conversation, to be followed. */
export interface LiveConversation {
  /**
   * Hands over each message as it is stored, once and in order, until it is closed: it reconnects for ever, and misses
   * nothing meanwhile. It begins with the `after` that is given, else when it is `live`.
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
   * Gives the same as an iterable, as fast as it is taken, from when the first is asked for; leaving the loop, or the
   * signal, ends it.
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

/** Makes what follows a conversation. */
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
