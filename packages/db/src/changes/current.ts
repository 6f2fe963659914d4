import type { DeletionEntry, EditEntry, Message, Reaction, Thread } from "../entities.ts";

/** A part of a message that changes by itself. */
export type Aspect = "text" | "reactions" | "thread";

/** The newest entries of what changes a message: each has the whole state of its aspect. */
export interface States {
  text?:
    | Pick<EditEntry, "kind" | "seq" | "timestamp" | "content" | "metadata">
    | Pick<DeletionEntry, "kind" | "seq" | "timestamp">;
  reactions?: { seq: number; reactions: Reaction[] };
  thread?: { seq: number; thread: Thread };
}

/** Returns a message in its current state: as it was sent, with what changed it. */
export function toCurrent(sent: Message, { text, reactions, thread }: States): Message {
  if (text?.kind === "deletion") return toStub(sent, { text, ...(thread && { thread }) });
  const changedSeq = Math.max(text?.seq ?? 0, reactions?.seq ?? 0, thread?.seq ?? 0);
  const { metadata: _, ...rest } = sent;
  return {
    ...(text ? rest : sent),
    ...(text && { content: text.content, edited_at: text.timestamp }),
    ...(text?.metadata !== undefined && { metadata: text.metadata }),
    ...(reactions && reactions.reactions.length > 0 && { reactions: reactions.reactions }),
    ...(thread && thread.thread.count > 0 && { thread: thread.thread }),
    ...(changedSeq > 0 && { changed_seq: changedSeq }),
  };
}

/** Returns what is left of a deleted message. */
function toStub(
  { metadata: _, mentions: _mentions, ...sent }: Message,
  { text, thread }: { text: { seq: number; timestamp: string }; thread?: States["thread"] },
): Message {
  return {
    ...sent,
    content: "",
    deleted_at: text.timestamp,
    ...(thread && thread.thread.count > 0 && { thread: thread.thread }),
    changed_seq: Math.max(text.seq, thread?.seq ?? 0),
  };
}
