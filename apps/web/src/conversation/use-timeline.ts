import type { ListedMessage } from "@chatnest/client";
import { defaultRangeExtractor, useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import {
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { findFirstUnread, type UnreadPlace } from "./message-rows.ts";

/** What the messages are laid out from. */
export interface TimelineLayout {
  messages: readonly ListedMessage[];
  userId: string;
  unread: UnreadPlace | undefined;
  /** Whether the list begins with the beginning of the conversation, which has a row of its own. */
  hasIntro: boolean;
  /** The message that stays in the page because it has the focus. */
  focusedId: string | undefined;
}

// So that what is not measured yet is about as high as it will be.
const lineLength = 90;

/**
 * Lays out messages, of which only those in sight are in the page. The message that one reads stays where it is when
 * older ones are put before it; at the end, the newest message is followed.
 */
export function useTimeline({ messages, userId, unread, hasIntro, focusedId }: TimelineLayout) {
  const scroller = useRef<HTMLDivElement>(null);
  // Until the first messages are placed it is not known.
  const [isAtEnd, setAtEnd] = useState<boolean>();
  const intro = hasIntro ? 1 : 0;

  const getItemKey = useCallback(
    (index: number) => messages[index - intro]?.id ?? "intro",
    [messages, intro],
  );
  const focusedIndex = useRef(-1);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: messages.length + intro,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimate(messages[index - intro]),
    getItemKey,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: 40,
    overscan: 10,
    paddingEnd: 12,
    directDomUpdates: true,
    directDomUpdatesMode: "position",
    rangeExtractor(range) {
      const shown = defaultRangeExtractor(range);
      const kept = focusedIndex.current;
      if (kept === -1 || shown.includes(kept)) return shown;
      return [...shown, kept].sort((one, other) => one - other);
    },
    onChange: (instance) => setAtEnd(instance.isAtEnd()),
  });

  const measured = useRef(new Set<unknown>());
  // What changes its height above the fold moves nothing, also while one scrolls up: the first message loses its day when
  // older ones are put before it.
  virtualizer.shouldAdjustScrollPositionOnItemSizeChange = ({ key, start, end }, _, instance) => {
    const isFirst = !measured.current.has(key);
    measured.current.add(key);
    return (isFirst ? start : end - 1) < (instance.scrollOffset ?? 0);
  };

  focusedIndex.current = useMemo(() => {
    if (focusedId === undefined) return -1;
    const at = messages.findIndex(({ id }) => id === focusedId);
    return at === -1 ? -1 : at + intro;
  }, [messages, focusedId, intro]);

  const isPlaced = useRef(false);
  useLayoutEffect(() => {
    if (isPlaced.current || messages.length === 0) return;
    isPlaced.current = true;
    const first = findFirstUnread(messages, unread, userId);
    if (first > 0) virtualizer.scrollToIndex(first + intro, { align: "start" });
    else virtualizer.scrollToEnd();
    setAtEnd(first <= 0 || virtualizer.isAtEnd());
  }, [virtualizer, messages, unread, userId, intro]);

  useEndInSight(scroller, virtualizer);
  return { scroller, virtualizer, isAtEnd, intro };
}

/** Keeps the end in sight when the window, the keyboard of a phone or the field below leaves another height. */
function useEndInSight(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, HTMLDivElement>,
): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let size = "";
    let isFollowed = false;
    const look = () => {
      const { clientWidth, clientHeight } = element;
      const isResized = size !== "" && size !== `${clientWidth} ${clientHeight}`;
      size = `${clientWidth} ${clientHeight}`;
      if (isResized && isFollowed) virtualizer.scrollToEnd();
      else isFollowed = virtualizer.isAtEnd();
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [scroller, virtualizer]);
}

function estimate(message: ListedMessage | undefined): number {
  if (!message) return 120;
  const quote = message.reply_to === undefined ? 0 : 30;
  const reactions = message.reactions?.length ? 33 : 0;
  return 30 + quote + reactions + Math.ceil(message.content.length / lineLength) * 22;
}
