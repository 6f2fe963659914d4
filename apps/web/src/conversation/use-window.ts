import type { ListedMessage } from "@chatnest/client";
import { useMemo, useState } from "react";
import { indexAfter } from "./message-rows.ts";

/** The part of the messages that is laid out. */
export interface MessageWindow {
  shown: readonly ListedMessage[];
  /** The index of its first message among all. */
  start: number;
  /** Whether it ends with the newest message; then it follows new ones. */
  isLast: boolean;
  /** Moves it, so that it begins with the message at an index, or as near as there are enough messages after it. */
  moveTo(index: number): void;
}

/** How far it is moved when one comes near its beginning or its end. */
export const windowStep = 500;
const size = 2 * windowStep;

/** Lays out a part of the messages, since the time of laying out grows with them, and a conversation may have 100,000. */
export function useWindow(messages: readonly ListedMessage[]): MessageWindow {
  // By its position: the index of a message changes when older ones are read.
  const [firstSeq, setFirstSeq] = useState<number>();
  const last = Math.max(0, messages.length - size);
  const start = firstSeq === undefined ? last : Math.min(indexAfter(messages, firstSeq - 1), last);
  const shown = useMemo(
    () => (messages.length > size ? messages.slice(start, start + size) : messages),
    [messages, start],
  );
  return {
    shown,
    start,
    isLast: start === last,
    moveTo(index) {
      const at = Math.max(0, index);
      setFirstSeq(at >= last ? undefined : (messages[at]?.seq ?? undefined));
    },
  };
}
