import type { InboxRead } from "@chatnest/client";

/** What {@link createReceipts} creates. */
export type ReceiptList = ReturnType<typeof createReceipts>;

/** How far the other members of a conversation have read, as React wants it. */
export function createReceipts(conversationId: string) {
  const listeners = new Set<() => void>();
  let reads: readonly (readonly [user: string, seq: number])[] = [];

  return {
    /** Takes what the inbox hears of other members. */
    hear({ conversation_id, user_id, read_seq }: InboxRead): void {
      if (conversation_id !== conversationId) return;
      reads = [...new Map(reads).set(user_id, read_seq)];
      for (const listener of listeners) listener();
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => reads,
  };
}
