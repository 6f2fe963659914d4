import type { Entry, Message, Thread } from "@chatnest/db";

/** Folds the entries of a log to the messages in their current state, by what each entry says alone. */
export function fold(entries: readonly Entry[]): Message[] {
  const messages = new Map<number, Message>();

  function change(seq: number, changed_seq: number, fields: Partial<Message>): void {
    const message = messages.get(seq);
    if (message) messages.set(seq, { ...message, ...fields, changed_seq });
  }

  function changeThread(entry: Entry, thread_seq?: number, thread?: Thread): void {
    if (thread_seq !== undefined && thread) change(thread_seq, entry.seq, { thread });
  }

  for (const entry of entries) {
    switch (entry.kind) {
      case "message": {
        const { kind: _, thread_state, erased: _erased, ...message } = entry;
        messages.set(entry.seq, message);
        changeThread(entry, entry.thread_seq, thread_state);
        break;
      }
      case "edit": {
        const { content, metadata, timestamp } = entry;
        const { metadata: _, ...before } = messages.get(entry.target_seq) ?? {};
        if (!("id" in before)) break;
        messages.set(entry.target_seq, { ...before, ...(metadata && { metadata }) } as Message);
        change(entry.target_seq, entry.seq, { content, edited_at: timestamp });
        break;
      }
      case "reaction":
        change(entry.target_seq, entry.seq, { reactions: entry.reactions });
        break;
      case "deletion":
        messages.delete(entry.target_seq);
        changeThread(entry, entry.thread_seq, entry.thread_state);
    }
  }
  return [...messages.values()].map(({ reactions, thread, ...message }) => ({
    ...message,
    ...(reactions && reactions.length > 0 && { reactions }),
    ...(thread && thread.count > 0 && { thread }),
  }));
}
