import { Button } from "../ui/button.tsx";
import { toDay } from "../ui/times.ts";
import css from "./timeline-top.module.css";

/** What floats above the messages: the day of those in sight, the way to the unread, and how reading older ones goes. */
export function TimelineTop({
  day,
  unreadCount,
  isLoadingOlder,
  failed,
  onUnread,
  onOlder,
}: {
  /** A time of the day of the first message in sight, where the newest are not. */
  day: string | undefined;
  /** How many messages are unread, if they begin before those that have been read; else 0. */
  unreadCount: number;
  isLoadingOlder: boolean;
  failed: boolean;
  onUnread(): void;
  onOlder(): void;
}) {
  return (
    <div className={css.top}>
      {/* The separators of days say it to those who do not see it. */}
      {day !== undefined && <span aria-hidden="true">{toDay(day)}</span>}
      {isLoadingOlder && <span role="status">Reading older messages…</span>}
      {failed && <Button onClick={onOlder}>Older messages could not be read. Try again</Button>}
      {unreadCount > 0 && !isLoadingOlder && !failed && (
        <Button onClick={onUnread}>Jump to the first of {unreadCount} unread</Button>
      )}
    </div>
  );
}
