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
 * The handlers of the events of a user's conversations. A handler that throws does not end the subscription: its error
 * becomes an uncaught exception, which a page reports, and which ends Node unless the program listens to
 * `uncaughtException`.
 */
export interface UserHandlers extends FollowOptions {
  /** Called once for each message, in the order of `seq` in its conversation. */
  onMessage(message: Message): void;
  /** Called for all other events. */
  onEvent?: ((event: Exclude<UserEvent, { type: "message" }>) => void) | undefined;
}

/** All conversations of a user, to follow over one connection. */
export interface LiveUser {
  /**
   * Hands over each message of all conversations, including those joined later, until the subscription is closed. It
   * reconnects by itself and reads what it missed. `onEvent` is first called with the `heads`.
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
   * Returns the same events as an iterable, which reads no faster than they are taken. It begins when the first one is
   * requested, and ends when the loop is left or the signal aborts.
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

/** Creates the calls that follow all conversations of a user. */
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
