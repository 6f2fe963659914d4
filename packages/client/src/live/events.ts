import type { Message, Metadata } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";
import { ChatError } from "../errors.ts";
import type { ServerSentEvent } from "./event-stream.ts";

/** The end of a conversation's log. */
export interface Head {
  conversation_id: string;
  /** Position of its newest entry; 0 when there is none. */
  last_seq: number;
}

/** An event of a newer server that this client does not know. */
export interface UnknownEvent {
  type: "unknown";
  /** The name of the event. */
  event: string;
  data: unknown;
}

/** The title and the metadata of a conversation; `null` where it has none. */
export interface ConversationDetails {
  conversation_id: string;
  title: string | null;
  metadata: Metadata | null;
}

/**
 * An event of a conversation. A `position` is a place to continue from, also in a later visit.
 *
 * - `ready`: the first event; the messages after `position` follow.
 * - `message`: each message once, in the order of `seq`.
 * - `reset`: the server continues from a restored backup. Messages that you hold may be gone: read the conversation
 *   again up to `last_seq`; the messages after `position` follow.
 * - `conversation`: the title or the metadata may have changed; only told to who asks for entries.
 * - `unknown`: an event of a newer server.
 */
export type ConversationEvent =
  | ({ type: "ready" | "reset"; position: string } & Head)
  | { type: "message"; message: Message; position: string }
  | ({ type: "conversation" } & ConversationDetails)
  | UnknownEvent;

/**
 * An event of the conversations of a user.
 *
 * - `heads`: first, and again after `reset`: the ends of all conversations; what comes after them follows.
 * - `message`: each message once, in the order of `seq` in its conversation.
 * - `joined`: the user joined a conversation, perhaps while disconnected; the messages after `last_seq` follow.
 * - `left`: the user left a conversation, perhaps while disconnected; no more of it follows.
 * - `reset`: the server continues from a restored backup. Discard what you hold; `heads` follow.
 * - `unknown`: an event of a newer server.
 */
export type UserEvent =
  | { type: "heads"; heads: Head[] }
  | { type: "message"; message: Message }
  | ({ type: "joined" | "left"; user_id: string } & Head)
  | { type: "reset" }
  | UnknownEvent;

/** An event of who asks for entries: instead of messages, each entry of the log once, in the order of `seq`. */
export type ConversationEntryEvent =
  | Exclude<ConversationEvent, { type: "message" }>
  | { type: "entry"; entry: AnyEntry; position: string };

/** The same for all conversations of a user. */
export type UserEntryEvent =
  | Exclude<UserEvent, { type: "message" }>
  | { type: "entry"; entry: AnyEntry };

/**
 * Parses the data of a known event. It is not validated: the server is trusted to keep the contract.
 * @throws ChatError `unexpected_answer` when it is not JSON.
 */
export function readData<TData>({ type, data }: ServerSentEvent): TData {
  try {
    return JSON.parse(data) as TData;
  } catch (cause) {
    throw new ChatError("unexpected_answer", `the data of the ${type} event is not JSON`, {
      cause,
    });
  }
}

/** Converts an event that this client does not know; data that is not JSON stays a string. */
export function toUnknownEvent({ type, data }: ServerSentEvent): UnknownEvent {
  try {
    return { type: "unknown", event: type, data: JSON.parse(data) };
  } catch {
    return { type: "unknown", event: type, data };
  }
}
