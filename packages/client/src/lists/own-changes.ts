import type { Mentions, Message, Metadata, Reaction } from "../entities.ts";
import type { ChatError } from "../errors.ts";

/** A change of the user's own that the server has not confirmed yet. */
export interface OwnChange {
  readonly id: string;
  readonly kind: "send" | "edit" | "delete" | "react" | "unreact";
  readonly status: "pending" | "failed";
  /** Why it failed. */
  readonly error?: ChatError;
}

/** What a message is to say from now on. */
export interface NewText {
  content?: string | undefined;
  /** `null` removes it. */
  metadata?: Metadata | null | undefined;
}

/** An own change with what it takes to make it. */
export interface Change extends OwnChange {
  readonly message_id: string;
  /** The position of the message; `undefined` while it is not stored, which the change waits for. */
  readonly seq: number | undefined;
  /** When it was made. */
  readonly timestamp: string;
  readonly body: NewText & {
    key?: string;
    reply_to?: number | undefined;
    thread_seq?: number | undefined;
    mentions?: Mentions | undefined;
    unchanged_since?: number | undefined;
  };
}

/** A message of a list. A changed one is a new object; an unchanged one stays the same object. */
export interface ListedMessage extends Omit<Message, "seq"> {
  /** `null` while it is not stored. */
  readonly seq: number | null;
  /**
   * - `confirmed`: as it is stored.
   * - `pending`: own changes are shown that are not stored yet.
   * - `failed`: an own change has failed: `retry` it, or `discard` it.
   */
  readonly status: "confirmed" | "pending" | "failed";
  /** The own changes that are shown, in the order of the calls. A deletion is shown unless it has failed. */
  readonly changes: readonly OwnChange[];
}

/** Returns a message with own changes on top of it. */
export function toListed(
  message: Omit<Message, "seq"> & { seq: number | null },
  changes: readonly Change[],
  user_id: string,
): ListedMessage {
  const hasFailed = changes.some(({ status }) => status === "failed");
  const unsaved = hasFailed ? "failed" : "pending";
  return {
    ...changes.reduce((shown, change) => show(shown, change, user_id), message),
    status: changes.length > 0 ? unsaved : "confirmed",
    changes,
  };
}

/** Returns a message that is being sent, as it will be. */
export function toSent(
  { id, timestamp, body }: Change,
  { conversation_id, user_id }: { conversation_id: string; user_id: string },
): Omit<Message, "seq"> & { seq: null } {
  const { content = "", metadata, mentions, reply_to, thread_seq } = body;
  return {
    id,
    user_id,
    content,
    timestamp,
    conversation_id,
    seq: null,
    ...(reply_to !== undefined && { reply_to }),
    ...(thread_seq !== undefined && { thread_seq }),
    ...(mentions !== undefined && { mentions }),
    ...(metadata && { metadata }),
  };
}

function show<TMessage extends Omit<Message, "seq">>(
  message: TMessage,
  { kind, status, timestamp, body }: Change,
  user_id: string,
): TMessage {
  const { content = message.content, metadata = message.metadata, key = "" } = body;
  const { metadata: _, ...rest } = message;
  switch (kind) {
    case "send":
      return message;
    case "edit":
      return {
        ...rest,
        content,
        ...(metadata && { metadata }),
        edited_at: timestamp,
      } as unknown as TMessage;
    case "delete":
      if (status === "failed") return message;
      return { ...rest, content: "", deleted_at: timestamp } as unknown as TMessage;
    default: {
      const toggle = kind === "react" ? add : remove;
      const { reactions: before = [], ...others } = message;
      const reactions = toggle(before, { key, user_id });
      return { ...others, ...(reactions.length > 0 && { reactions }) } as unknown as TMessage;
    }
  }
}

interface KeyOfUser {
  key: string;
  user_id: string;
}

function add(reactions: Reaction[], { key, user_id }: KeyOfUser): Reaction[] {
  if (!reactions.some((reaction) => reaction.key === key)) {
    return [...reactions, { key, count: 1, user_ids: [user_id] }];
  }
  return reactions.map((reaction) => {
    if (reaction.key !== key || reaction.user_ids.includes(user_id)) return reaction;
    return { key, count: reaction.count + 1, user_ids: [...reaction.user_ids, user_id] };
  });
}

function remove(reactions: Reaction[], { key, user_id }: KeyOfUser): Reaction[] {
  return reactions.flatMap((reaction) => {
    const { count, user_ids } = reaction;
    // Who is not among those shown may be among the rest.
    const isIn = user_ids.includes(user_id) || user_ids.length < count;
    if (reaction.key !== key || !isIn) return [reaction];
    const left = { key, count: count - 1, user_ids: user_ids.filter((id) => id !== user_id) };
    return left.count > 0 ? [left] : [];
  });
}
