import type { Reaction } from "@chatnest/client";
import { classNames } from "../ui/class-names.ts";
import css from "./reactions.module.css";

/** The reactions to a message; pressing one adds or takes back one's own. */
export function Reactions({
  reactions,
  userId,
  onToggle,
}: {
  reactions: readonly Reaction[];
  userId: string;
  onToggle(key: string): void;
}) {
  return (
    <ul className={css.reactions} aria-label="Reactions">
      {reactions.map(({ key, count, user_ids }) => {
        const isOwn = user_ids.includes(userId);
        return (
          <li key={key}>
            <button
              type="button"
              className={classNames(css.reaction, isOwn && css.own)}
              aria-pressed={isOwn}
              title={describe(user_ids, count)}
              onClick={() => onToggle(key)}
            >
              <bdi>{key}</bdi> <span>{count}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function describe(user_ids: readonly string[], count: number): string {
  const shown = user_ids.slice(0, 10);
  const more = count - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
