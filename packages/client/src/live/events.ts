import type { Message } from "../contract.ts";
import { ChatError } from "../errors.ts";
import type { ServerSentEvent } from "./event-stream.ts";

/** Where a conversation ends. */
export interface Head {
  conversation_id: string;
  /** Position of its newest entry; 0 when there is none. */
  last_seq: number;
}

/** Something that a newer server tells, and this client does not know. */
export interface UnknownEvent {
  type: "unknown";
  /** What the server calls it. */
  event: string;
  data: unknown;
}

/**
 * What happens in a conversation. A `position` is a place to begin again, also in a later visit.
 *
 * - `ready`: the first; the messages behind `position` follow.
 * - `message`: each once, in the order of `seq`.
 * - `reset`: the server goes on from a restored backup. What is held may not be there any more: read it anew up to
 *   `last_seq`; the messages behind `position` follow.
 */
export type ConversationEvent =
  | ({ type: "ready" | "reset"; position: string } & Head)
  | { type: "message"; message: Message; position: string }
  | UnknownEvent;

/**
 * What happens in the conversations of a user.
 *
 * - `heads`: the first, and again after `reset`: where all conversations end; what is behind that follows.
 * - `message`: in each conversation once, in the order of `seq`.
 * - `joined`: the messages behind `last_seq` follow; also told of what was joined while the connection was lost.
 * - `left`: nothing more follows; also told of what was left while the connection was lost.
 * - `reset`: the server goes on from a restored backup. Forget what is held; `heads` follow.
 */
export type UserEvent =
  | { type: "heads"; heads: Head[] }
  | { type: "message"; message: Message }
  | ({ type: "joined" | "left"; user_id: string } & Head)
  | { type: "reset" }
  | UnknownEvent;

/** Reads what an event that this client knows carries; the server is taken at its word, that it is what the contract says. */
export function readData<TData>({ type, data }: ServerSentEvent): TData {
  try {
    return JSON.parse(data) as TData;
  } catch (cause) {
    throw new ChatError("unexpected_answer", `the data of ${type} is no JSON`, { cause });
  }
}

/** Passes on what this client does not know. */
export function toUnknownEvent({ type, data }: ServerSentEvent): UnknownEvent {
  try {
    return { type: "unknown", event: type, data: JSON.parse(data) };
  } catch {
    return { type: "unknown", event: type, data };
  }
}
