import type { ListedMessage, LiveState } from "@chatnest/client";
import { useEffect, useRef } from "react";
import { announce } from "../ui/announcer.tsx";
import { indexAfter, newestSeq } from "./message-rows.ts";

/** Tells a screen reader what others say while a conversation is open; not what was said before. */
export function useAnnouncements(
  messages: readonly ListedMessage[],
  { status }: LiveState,
  userId: string,
): void {
  const told = useRef<number>(undefined);
  useEffect(() => {
    if (status !== "live") return;
    const from = told.current;
    told.current = newestSeq(messages);
    if (from === undefined) return;
    for (const { user_id, content, seq } of messages.slice(indexAfter(messages, from))) {
      if (seq !== null && user_id !== userId) announce(`${user_id}: ${content.slice(0, 300)}`);
    }
  }, [messages, status, userId]);
}
