import type { InboxConversation } from "@chatnest/client";
import { useEffect, useRef } from "react";
import type { UnreadPlace } from "./message-rows.ts";

/** Where the unread began when the conversation was opened, marked as unread, or came into sight again. */
export function useUnreadPlace(item: InboxConversation | undefined): UnreadPlace | undefined {
  const place = useRef<UnreadPlace & { revision: number }>(undefined);
  const latest = useRef(item);
  latest.current = item;

  function take(current: InboxConversation): void {
    const { read_seq, last_seq, unread_count, revision } = current;
    place.current = { after: read_seq, upTo: last_seq, count: unread_count, revision };
  }
  if (item && place.current?.revision !== item.revision) take(item);

  useEffect(() => {
    function look(): void {
      const current = latest.current;
      if (document.visibilityState === "visible" && current?.unread_count) take(current);
    }
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  return place.current;
}
