import type { DeletionEntry, EditEntry, Reaction, Thread } from "../entities.ts";
import type { Metadata } from "../metadata.ts";

/** A message as it was sent, and the newest entries of what changes it: what a change is decided on. */
export interface Target {
  seq: number;
  user_id: string;
  timestamp: string;
  thread_seq?: number | undefined;
  /** What was sent. Empty when it is erased. */
  content: string;
  metadata?: Metadata | undefined;
  /** The newest edit, or the deletion. */
  text?: EditEntry | DeletionEntry | undefined;
  reactions: readonly Reaction[];
  thread?: Thread | undefined;
}

/** The current text of a message. */
export interface CurrentText {
  content: string;
  metadata?: Metadata | undefined;
}

/** Tells whether a message is deleted. */
export function isDeleted({ text }: Pick<Target, "text">): boolean {
  return text?.kind === "deletion";
}

/** Returns the current text of a message that is not deleted. */
export function textOf({ content, metadata, text }: Target): CurrentText {
  if (text?.kind !== "edit") return { content, metadata };
  return { content: text.content, metadata: text.metadata };
}

/** Returns the thread of a message without one of its replies. `newest` is the newest of the others, if there are any. */
export function withoutReply(
  { thread, timestamp }: Target,
  newest: { seq: number; timestamp: string } | undefined,
): Thread | undefined {
  if (!thread) return undefined;
  const { seq: last_seq, timestamp: last_at } = newest ?? { seq: 0, timestamp };
  return { count: thread.count - 1, last_seq, last_at };
}
