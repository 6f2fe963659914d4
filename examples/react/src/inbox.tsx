import type { Inbox as InboxList } from "@chatnest/client";
import { useSyncExternalStore } from "react";
import type { ReceiptList } from "./receipts.ts";

export function Inbox({ inbox }: { inbox: InboxList }) {
  const { conversations, totals } = useSyncExternalStore(inbox.subscribe, inbox.getSnapshot);
  return (
    <nav>
      <h2>{`Inbox (${totals?.messages ?? "…"})`}</h2>
      {conversations.map(({ id, title, unread_count, mention_count }) => (
        <p key={id}>
          <span>{`${title ?? id}: ${unread_count} unread, ${mention_count} for you`}</span>
          <button type="button" onClick={() => inbox.markRead(id)}>
            Mark as read
          </button>
        </p>
      ))}
    </nav>
  );
}

export function Receipts({ receipts }: { receipts: ReceiptList }) {
  const reads = useSyncExternalStore(receipts.subscribe, receipts.getSnapshot);
  return reads.map(([user, seq]) => <p key={user}>{`${user} has read up to ${seq}`}</p>);
}
