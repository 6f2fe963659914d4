import { type RefObject, useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { useTimeline } from "./use-timeline.ts";
import { type MessageWindow, windowStep } from "./use-window.ts";

/** What is laid out, and how to get more. */
export interface TravelOptions {
  view: MessageWindow;
  timeline: ReturnType<typeof useTimeline>;
  /** Set where there is something before the first message to be read now. */
  loadOlder: (() => void) | undefined;
}

/** Ways to messages that may not be laid out yet. */
export interface Travel {
  /** Scrolls to the message at an index among all. */
  scrollTo(index: number, align: "start" | "center" | "auto"): Promise<void>;
  /** Lets nothing else move what is laid out until it is there. */
  go(run: () => Promise<void>): Promise<void>;
  toEnd(): void;
}

/** So many messages before the end of what is laid out, more are. */
const near = 30;

/** Lays out what comes next while one scrolls, and goes to messages far away. */
export function useTravel({ view, timeline, loadOlder }: TravelOptions): Travel {
  const { scroller, virtualizer, intro } = timeline;
  const [isTravelling, setTravelling] = useState(false);
  const latest = useRef({ view, intro });
  latest.current = { view, intro };

  const { startIndex, endIndex } = virtualizer.range ?? {};
  const { start, isLast, shown } = view;
  useEffect(() => {
    if (isTravelling) return;
    // In the next frame, when what is in sight has followed the last move.
    const frame = requestAnimationFrame(() => {
      // What was scrolled since the last event would be lost.
      scroller.current?.dispatchEvent(new Event("scroll"));
      const range = virtualizer.range ?? { startIndex: near, endIndex: near };
      const isNearStart = range.startIndex < near;
      const isNearEnd = range.endIndex > shown.length - near;
      if (isNearStart && start > 0) flushSync(() => view.moveTo(start - windowStep));
      else if (isNearStart) loadOlder?.();
      else if (isNearEnd && !isLast) flushSync(() => view.moveTo(start + windowStep));
    });
    return () => cancelAnimationFrame(frame);
  }, [startIndex, endIndex, start, isLast, shown.length, loadOlder === undefined, isTravelling]);

  async function go(run: () => Promise<void>): Promise<void> {
    setTravelling(true);
    try {
      await run();
      await nextFrame();
      await nextFrame();
    } finally {
      setTravelling(false);
    }
  }

  async function scrollTo(index: number, align: "start" | "center" | "auto"): Promise<void> {
    await layOut(latest, index);
    const first = index === 0 && align === "start" ? 0 : latest.current.intro;
    virtualizer.scrollToIndex(index - latest.current.view.start + first, { align });
  }

  function toEnd(): void {
    view.moveTo(Number.POSITIVE_INFINITY);
    if (isLast) virtualizer.scrollToEnd();
    else requestAnimationFrame(() => virtualizer.scrollToEnd());
  }

  return { scrollTo, go, toEnd };
}

/** Lays out the message at an index, and waits until it is. */
async function layOut(latest: RefObject<{ view: MessageWindow }>, index: number): Promise<void> {
  const isThere = () => {
    const { start, shown } = latest.current.view;
    return index >= start && index < start + shown.length;
  };
  if (isThere()) return;
  latest.current.view.moveTo(index - windowStep);
  for (let frames = 0; frames < 10 && !isThere(); frames += 1) await nextFrame();
}

/** Resolves when the next picture is drawn. */
export function nextFrame(): Promise<unknown> {
  return new Promise(requestAnimationFrame);
}
