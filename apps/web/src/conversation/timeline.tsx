import type { ListedMessage, LoadOlderOptions } from "@chatnest/client";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { IconButton } from "../ui/button.tsx";
import { useToday } from "../ui/today.ts";
import type { MessageActions } from "./actions.ts";
import { Message } from "./message.tsx";
import {
  countAfter,
  findFirstUnread,
  findLoaded,
  indexAfter,
  newestSeq,
  placeMessage,
  type UnreadPlace,
} from "./message-rows.ts";
import { DaySeparator, Intro, UnreadLine } from "./separators.tsx";
import css from "./timeline.module.css";
import { TimelineTop } from "./timeline-top.tsx";
import { useMessageKeys } from "./use-message-keys.ts";
import { useTimeline } from "./use-timeline.ts";
import { nextFrame, useTravel } from "./use-travel.ts";
import { useWindow } from "./use-window.ts";

/** How others move what is in sight. */
export interface TimelineHandle {
  toEnd(): void;
  /** Scrolls to a message, reading older ones until it is there. */
  show(seq: number): Promise<void>;
}

/** The messages of a conversation, oldest first. */
export function Timeline({
  ref,
  messages,
  hasMore,
  isWhole,
  isLoadingOlder,
  loadOlder,
  unread,
  userId,
  conversationId,
  name,
  actions,
  onSeen,
}: {
  ref: Ref<TimelineHandle>;
  messages: readonly ListedMessage[];
  hasMore: boolean;
  /** Whether these are all messages when there are no older ones: not before the server has told. */
  isWhole: boolean;
  isLoadingOlder: boolean;
  loadOlder(options?: LoadOlderOptions): Promise<void>;
  /** Where the unread were when the conversation was opened. */
  unread: UnreadPlace | undefined;
  userId: string;
  conversationId: string;
  name: string;
  actions: MessageActions;
  /** Called when the newest message is in sight. */
  onSeen(seq: number): void;
}) {
  useToday();
  const [focusedId, setFocusedId] = useState<string>();
  const [failed, setFailed] = useState(false);
  const [shownId, setShownId] = useState<string>();
  const view = useWindow(messages);
  const timeline = useTimeline({
    messages: view.shown,
    userId,
    unread,
    hasIntro: isWhole && !hasMore && view.start === 0,
    focusedId,
  });
  const { scroller, virtualizer, intro } = timeline;
  const isAtEnd = timeline.isAtEnd && view.isLast;
  const items = virtualizer.getVirtualItems();
  const latest = useRef({ messages, hasMore });
  latest.current = { messages, hasMore };

  async function older(): Promise<void> {
    try {
      setFailed(false);
      await loadOlder();
    } catch {
      setFailed(true);
    }
  }
  const mayRead = hasMore && !isLoadingOlder && !failed;
  const travel = useTravel({ view, timeline, loadOlder: mayRead ? () => void older() : undefined });

  async function readBackTo(seq: number): Promise<void> {
    while (latest.current.hasMore && (latest.current.messages[0]?.seq ?? 0) > seq) {
      await loadOlder({ limit: 1_000 });
      await nextFrame();
    }
  }

  const show = (seq: number) =>
    travel.go(async () => {
      await readBackTo(seq);
      const index = indexAfter(latest.current.messages, seq - 1);
      const found = latest.current.messages[index];
      if (!found) return;
      await travel.scrollTo(index, "center");
      setShownId(found.id);
      setTimeout(() => setShownId(undefined), 2_000);
      await nextFrame();
      await nextFrame();
      // What was pressed may be gone, and the focus with it.
      if (document.activeElement !== document.body) return;
      document.getElementById(`m-${found.id}`)?.focus({ preventScroll: true });
    });

  async function toStart(): Promise<boolean> {
    try {
      await travel.go(async () => {
        await readBackTo(0);
        await travel.scrollTo(0, "start");
      });
      return true;
    } catch {
      setFailed(true);
      return false;
    }
  }

  useImperativeHandle(ref, () => ({ toEnd: travel.toEnd, show }));

  const newest = newestSeq(messages);
  const [seenSeq, setSeenSeq] = useState(newest);
  useEffect(() => {
    const see = () => {
      if (!isAtEnd || document.visibilityState === "hidden") return;
      setSeenSeq(newest);
      onSeen(newest);
    };
    see();
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  }, [isAtEnd, newest, onSeen]);

  const keys = useMessageKeys({
    messages,
    focusedId,
    setFocusedId,
    actions,
    scrollTo: (index) => void travel.scrollTo(index, "auto"),
    toStart,
    toEnd: travel.toEnd,
  });

  const showUnread = () =>
    travel.go(async () => {
      await readBackTo((unread?.after ?? 0) + 1);
      const index = findFirstUnread(latest.current.messages, unread, userId);
      if (index === -1) return;
      await travel.scrollTo(index, "start");
      keys.focusOn(latest.current.messages[index]);
    });

  const isUnreadFar =
    unread !== undefined &&
    unread.upTo > unread.after &&
    hasMore &&
    (messages[0]?.seq ?? 0) > unread.after + 1;
  const unreadAt = isUnreadFar ? -1 : findFirstUnread(messages, unread, userId);
  const firstInSight = messages[view.start + (virtualizer.range?.startIndex ?? 0) - intro];
  const unseen = isAtEnd !== false ? 0 : countAfter(messages, seenSeq, userId);
  const reachedId = focusedId ?? messages.at(-1)?.id;
  return (
    <div className={css.timeline}>
      <TimelineTop
        day={isAtEnd === false ? firstInSight?.timestamp : undefined}
        unreadCount={isUnreadFar ? unread.count : 0}
        isLoadingOlder={isLoadingOlder}
        failed={failed}
        onUnread={() => void showUnread().catch(() => setFailed(true))}
        onOlder={() => void older()}
      />
      <div
        ref={scroller}
        className={css.scroller}
        role="feed"
        aria-label="Messages"
        aria-busy={isLoadingOlder}
        onKeyDown={keys.onKeyDown}
        onFocus={keys.onFocus}
      >
        <div ref={virtualizer.containerRef} className={css.rows}>
          {items.map(({ key, index }) => {
            const at = view.start + index - intro;
            const message = index < intro ? undefined : messages[at];
            if (!message) {
              return (
                <div
                  key={key}
                  ref={virtualizer.measureElement}
                  data-index={index}
                  className={css.row}
                >
                  <Intro name={name} isEmpty={messages.length === 0} />
                </div>
              );
            }
            const { startsDay, startsGroup } = placeMessage(messages, at);
            return (
              <div
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className={message.id === shownId ? `${css.row} ${css.shown}` : css.row}
              >
                {startsDay && <DaySeparator timestamp={message.timestamp} />}
                {at === unreadAt && <UnreadLine />}
                <Message
                  message={message}
                  quoted={
                    message.reply_to === undefined
                      ? undefined
                      : findLoaded(messages, message.reply_to, hasMore || !isWhole)
                  }
                  conversationId={conversationId}
                  userId={userId}
                  startsGroup={startsGroup || at === unreadAt}
                  isReached={message.id === reachedId}
                  actions={actions}
                />
              </div>
            );
          })}
        </div>
      </div>
      {isAtEnd === false && (
        <div className={css.jump}>
          {unseen > 0 && <span>{unseen > 999 ? "999+" : unseen} new</span>}
          <IconButton
            icon="down"
            label={unseen > 0 ? `Jump to the newest: ${unseen} new` : "Jump to the newest"}
            onClick={travel.toEnd}
          />
        </div>
      )}
    </div>
  );
}
