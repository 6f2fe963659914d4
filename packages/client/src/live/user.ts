import type { Message } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";
import type { UserEntryEvent, UserEvent } from "./events.ts";
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

/** The handlers of the entries of a user's conversations: their messages, and all that changes them. */
export interface UserEntryHandlers extends FollowOptions {
  /** Called once for each entry, in the order of `seq` in its conversation. An older server sends messages only. */
  onEntry(entry: AnyEntry): void;
  /** Called for all other events. */
  onEvent?: ((event: Exclude<UserEvent, { type: "message" }>) => void) | undefined;
}

/** The options of reading the entries of a user's conversations. */
export interface FollowUserEntriesOptions extends FollowOptions {
  /** An event for each entry of the logs: for messages, edits, deletions and reactions. */
  entries: "all";
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
  subscribe(handlers: UserHandlers | UserEntryHandlers): Subscription;
  /** Returns an iterable as the one below, with an event for each entry of the log. */
  events(options: FollowUserEntriesOptions): AsyncIterableIterator<UserEntryEvent, void>;
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
export function createLiveUser(parts: FollowParts, user_id: string | undefined): LiveUser {
  function from(entries?: "all"): Follow<UserEvent | UserEntryEvent> {
    return (sink) => followUser(parts, { user_id, entries }, sink);
  }

  function events(
    options: FollowOptions & { entries?: "all" } = {},
  ): AsyncIterableIterator<UserEvent & UserEntryEvent, void> {
    return iterate(from(options.entries), options) as never;
  }

  return {
    subscribe(handlers) {
      const isOfEntries = "onEntry" in handlers;
      const outlet = toHandler<UserEvent | UserEntryEvent>((event) => {
        if (event.type === "entry") isOfEntries && handlers.onEntry(event.entry);
        else if (event.type !== "message") handlers.onEvent?.(event);
        else if (!isOfEntries) handlers.onMessage(event.message);
      });
      return subscribe(from(isOfEntries ? "all" : undefined), outlet, handlers);
    },
    events,
  };
}
