import type { ListedMessage, MessageListSnapshot } from "@chatnest/client";
import type { Outbox, OutboxItem } from "@chatnest/client/outbox";

/** Which messages of an outbox belong to a list. */
interface Belonging {
  /** Of the conversation. */
  id: string;
  view: "main" | undefined;
  thread: number | undefined;
}

/** Returns the function that adds to a list what an outbox keeps for it: the same object while neither changes. */
export function createAwaited(outbox: Outbox, { id, view, thread }: Belonging) {
  // A message that was in the list stays out of it when it is deleted.
  const seen = new Set<string>();
  const rows = new WeakMap<OutboxItem, ListedMessage>();
  let before: { snapshot: MessageListSnapshot; items: readonly OutboxItem[] } | undefined;
  let after: MessageListSnapshot;

  function belongs({ conversation_id, thread_seq }: OutboxItem): boolean {
    if (conversation_id !== id) return false;
    if (thread !== undefined) return thread_seq === thread;
    return view !== "main" || thread_seq === undefined;
  }

  function toRow(item: OutboxItem): ListedMessage {
    const row = rows.get(item) ?? toListed(item);
    rows.set(item, row);
    return row;
  }

  return (snapshot: MessageListSnapshot): MessageListSnapshot => {
    const { items } = outbox.getSnapshot();
    if (before?.snapshot === snapshot && before.items === items) return after;
    before = { snapshot, items };
    const own = items.filter(belongs);
    for (const item of own) {
      if (!seen.has(item.id) && isListed(snapshot.messages, item.id)) seen.add(item.id);
    }
    const rest = own.filter((item) => !seen.has(item.id)).map(toRow);
    after = rest.length > 0 ? { ...snapshot, messages: [...snapshot.messages, ...rest] } : snapshot;
    return after;
  };
}

function toListed(item: OutboxItem): ListedMessage {
  const { status, error, isSaved: _, message, ...sent } = item;
  if (message) return { ...message, status: "confirmed", changes: [] };
  const unsaved = status === "failed" ? "failed" : "pending";
  const change = { id: item.id, kind: "send", status: unsaved, ...(error && { error }) } as const;
  return { ...sent, seq: null, status: unsaved, changes: [change] };
}

function isListed(messages: readonly ListedMessage[], message_id: string): boolean {
  // From the end, where it is.
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    if (messages[index]?.id === message_id) return true;
  }
  return false;
}
