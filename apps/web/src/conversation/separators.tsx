import { toDay } from "../ui/times.ts";
import css from "./separators.module.css";

/** The day of the messages after it. */
export function DaySeparator({ timestamp }: { timestamp: string }) {
  return (
    <div className={css.day}>
      <time dateTime={timestamp}>{toDay(timestamp)}</time>
    </div>
  );
}

/** Where the messages begin that were unread when the conversation was opened. */
export function UnreadLine() {
  return (
    <div className={css.unread}>
      <span>New messages</span>
    </div>
  );
}

/** What stands above the first message. */
export function Intro({ name, isEmpty }: { name: string; isEmpty: boolean }) {
  return (
    <div className={css.intro}>
      <p className={css.name}>
        <bdi>{name}</bdi>
      </p>
      <p>{isEmpty ? "Nothing said yet. Say the first words." : "The conversation begins here."}</p>
    </div>
  );
}
