import type { Message } from "../contract.ts";
import type { UserEvent } from "./events.ts";
import { type FollowParts, followUser } from "./follow-user.ts";
import { iterate } from "./iterate.ts";
import {
  type Follow,
  type FollowOptions,
  type Subscription,
  subscribe,
  toHandler,
} from "./subscription.ts";

/**
 * Who hears what of a user's conversations. The subscription goes on whatever a handler throws: that is an uncaught
 * exception, which a page reports, and which ends Node unless the program listens to `uncaughtException`.
 */
export interface UserHandlers extends FollowOptions {
  /** Hears each message once, in the order of `seq` in its conversation. */
  onMessage(message: Message): void;
  /** Hears everything but messages. */
  onEvent?: ((event: Exclude<UserEvent, { type: "message" }>) => void) | undefined;
}

/** All conversations of one user, to be followed over one connection. */
export interface LiveUser {
  /**
   * Hands over each message of all conversations, also of those that are joined later, until it is closed: it reconnects
   * for ever, and reads what was missed meanwhile. First `onEvent` hears of the `heads`.
   * @example
   * ```ts
   * const subscription = chat.user("ada").subscribe({
   *   onMessage: ({ conversation_id, content }) => console.log(conversation_id, content),
   * });
   * subscription.close();
   * ```
   */
  subscribe(handlers: UserHandlers): Subscription;
  /**
   * Gives the same as an iterable, as fast as it is taken, from when the first is asked for; leaving the loop, or the
   * signal, ends it.
   * @throws ChatError in the loop, when the server refuses for good.
   * @example
   * ```ts
   * for await (const event of chat.user("ada").events()) {
   *   if (event.type === "joined") console.log("now in", event.conversation_id);
   * }
   * ```
   */
  events(options?: FollowOptions): AsyncIterableIterator<UserEvent, void>;
}

/** Makes what follows all conversations of a user. */
export function createLiveUser(parts: FollowParts, userId: string | undefined): LiveUser {
  const follow: Follow<UserEvent> = (sink) => followUser(parts, userId, sink);
  return {
    subscribe(handlers) {
      const outlet = toHandler<UserEvent>((event) => {
        if (event.type === "message") handlers.onMessage(event.message);
        else handlers.onEvent?.(event);
      });
      return subscribe(follow, outlet, handlers);
    },
    events: (options) => iterate(follow, options),
  };
}
