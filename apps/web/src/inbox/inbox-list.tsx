import type { InboxConversation } from "@chatnest/client";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { useToday } from "../ui/today.ts";
import type { InboxActions } from "./inbox-items.ts";
import css from "./inbox-list.module.css";
import { InboxRow } from "./inbox-row.tsx";

/** The height of a row, which grows with the text size that the browser is set to. */
const rowRem = 4.125;
const remPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** The conversations, of which only those in sight are in the page. */
export function InboxList({
  conversations,
  userId,
  currentId,
  actions,
  onEnd,
}: {
  conversations: readonly InboxConversation[];
  userId: string;
  currentId: string | undefined;
  actions: InboxActions;
  /** Called when the last one comes into sight. */
  onEnd(): void;
}) {
  const today = useToday();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowRem * remPx,
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtualizer.getVirtualItems();
  const isAtEnd = (items.at(-1)?.index ?? 0) >= conversations.length - 1;
  useEffect(() => {
    if (isAtEnd) onEnd();
  }, [isAtEnd, conversations.length]);
  return (
    <div ref={scroller} className={css.scroller}>
      <ul className={css.list} style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ key, index, start }) => {
          const conversation = conversations[index];
          return (
            conversation && (
              <li
                key={key}
                className={css.item}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={conversations.length}
                aria-posinset={index + 1}
              >
                <InboxRow
                  conversation={conversation}
                  userId={userId}
                  today={today}
                  isCurrent={conversation.id === currentId}
                  actions={actions}
                />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

/** What stands where the list will be. */
export function InboxSkeleton() {
  return (
    <div className={css.scroller} aria-hidden="true">
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index} className={css.ghost}>
          <span />
          <div>
            <i />
            <i />
          </div>
        </div>
      ))}
    </div>
  );
}
