import { useEffect } from "react";

/** Keeps the title of the page current: how many messages are unread, and what is shown. */
export function useTitle(shown: string | undefined, unreadCount: number): void {
  const count = unreadCount > 0 ? `(${unreadCount}) ` : "";
  const title = `${count}${shown === undefined ? "" : `${shown} – `}ChatNest`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
