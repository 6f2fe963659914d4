import type { Message } from "../entities.ts";
import type { AnyEntry } from "../entries.ts";

// Each entry has the whole new state of one of these, and says nothing about the others.
const aspects = {
  text: ["content", "metadata", "edited_at", "deleted_at"],
  reactions: ["reactions"],
  thread: ["thread"],
} as const;

/** A part of a message that entries replace as a whole. */
export type Aspect = keyof typeof aspects;

/** The new state of a part of a message; its other fields do not count. */
export interface AspectState {
  aspect: Aspect;
  state: Partial<Message>;
}

/**
 * Returns a message after an entry of its log. It is the same object when the entry does not change it, or is already
 * in it. Entries have to be applied in their order.
 * @example
 * ```ts
 * const current = entries.reduce(applyEntry, message);
 * ```
 */
export function applyEntry(message: Message, entry: AnyEntry): Message {
  const { conversation_id, seq, changed_seq = seq } = message;
  if (entry.conversation_id !== conversation_id || entry.seq <= changed_seq) return message;
  return statesIn(entry, seq).reduce(
    (current, next) => (isOver(current, next) ? current : replaceAspect(current, next, entry.seq)),
    message,
  );
}

/** Returns what an entry says about the message at a position. */
export function statesIn(entry: AnyEntry, seq: number): AspectState[] {
  if (entry.kind === "unknown") return [];
  const states: AspectState[] = [];
  if (entry.kind !== "message" && entry.target_seq === seq) {
    if (entry.kind === "reaction") {
      const { reactions } = entry;
      states.push({ aspect: "reactions", state: reactions.length > 0 ? { reactions } : {} });
    } else if (entry.kind === "deletion") {
      const state = { content: "", deleted_at: entry.timestamp };
      // In this order: nothing but replies follows the end of the text.
      states.push({ aspect: "reactions", state: {} }, { aspect: "text", state });
    } else if (!entry.erased) {
      // An erased text is no state: the deletion follows.
      const { content, metadata, timestamp: edited_at } = entry;
      const state = { content, edited_at, ...(metadata && { metadata }) };
      states.push({ aspect: "text", state });
    }
  }
  if ("thread_state" in entry && entry.thread_state && entry.thread_seq === seq) {
    const { thread_state: thread } = entry;
    states.push({ aspect: "thread", state: thread.count > 0 ? { thread } : {} });
  }
  return states;
}

/** Tells whether a state comes too late: nothing but replies follows a deletion. */
export function isOver({ deleted_at }: Message, { aspect, state }: AspectState): boolean {
  return deleted_at !== undefined && aspect !== "thread" && state.deleted_at === undefined;
}

/** Returns a message with one part replaced, as of a position. */
export function replaceAspect(
  message: Message,
  { aspect, state }: AspectState,
  seq: number,
): Message {
  const changed: Message = { ...message, changed_seq: Math.max(message.changed_seq ?? 0, seq) };
  const fields: Record<string, unknown> = { ...changed };
  for (const field of aspects[aspect]) {
    if (state[field] === undefined) delete fields[field];
    else fields[field] = state[field];
  }
  // Edits leave the mentions as they are.
  if (state.deleted_at !== undefined) delete fields["mentions"];
  return fields as unknown as Message;
}
