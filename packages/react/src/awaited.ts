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
  // What was sent before is in the list as soon as that is current, unless it is deleted or in an older page.
  let sentBefore = outbox.getSnapshot().items.filter(isSent);
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
    const isEmpty = snapshot.messages.length === 0;
    if (snapshot.state.status === "live") {
      for (const item of sentBefore) seen.add(item.id);
      sentBefore = [];
    }
    const own = items.filter((item) => belongs(item) && !seen.has(item.id));
    const ids = new Set(own.map(({ id }) => id));
    for (const { id } of ids.size > 0 ? snapshot.messages : []) if (ids.has(id)) seen.add(id);
    const isShown = (item: OutboxItem) =>
      !seen.has(item.id) && !(isEmpty && sentBefore.some((sent) => sent.id === item.id));
    const rest = own.filter(isShown).map(toRow);
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

function isSent({ status }: OutboxItem): boolean {
  return status === "sent";
}
