import type { InboxConversation } from "@chatnest/client";
import { memo } from "react";
import { Link } from "../shell/link.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { classNames } from "../ui/class-names.ts";
import hidden from "../ui/hidden.module.css";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { toBrief, toFull } from "../ui/times.ts";
import { isMuted, nameOf } from "./describe.ts";
import { type InboxActions, toItems } from "./inbox-items.ts";
import css from "./inbox-row.module.css";

/** A conversation in the inbox: a link to it, and a menu of what one can do with it. */
export const InboxRow = memo(function InboxRow({
  conversation,
  userId,
  today: _,
  isCurrent,
  actions,
}: {
  conversation: InboxConversation;
  userId: string;
  /** Its time is written again when this changes. */
  today: string;
  isCurrent: boolean;
  actions: InboxActions;
}) {
  const { id, pinned, unread_count, mention_count, last_activity_at } = conversation;
  const name = nameOf(conversation, userId);
  const muted = isMuted(conversation);
  return (
    <div className={classNames(css.row, isCurrent && css.current)}>
      <Link
        to={{ view: "conversation", id }}
        className={css.link}
        aria-current={isCurrent ? "page" : undefined}
      >
        <Avatar id={id} name={name} />
        <span className={css.words}>
          <span className={css.line}>
            <bdi className={classNames(css.name, unread_count > 0 && css.unread)}>{name}</bdi>
            {pinned && <Mark icon="pin" label="Pinned" />}
            {muted && <Mark icon="mute" label="Muted" />}
            <time className={css.time} dateTime={last_activity_at} title={toFull(last_activity_at)}>
              {toBrief(last_activity_at)}
            </time>
          </span>
          <span className={css.line}>
            <Preview conversation={conversation} userId={userId} />
            {unread_count > 0 && (
              <span className={classNames(css.badge, muted && css.faint)}>
                {mention_count > 0 && "@ "}
                {unread_count > 999 ? "999+" : unread_count}
                <span className={hidden.hidden}> unread</span>
              </span>
            )}
          </span>
        </span>
      </Link>
      <Menu
        label={`Options of ${name}`}
        items={toItems(conversation, actions)}
        isSmall
        className={css.menu}
      />
    </div>
  );
});

function Preview({ conversation, userId }: { conversation: InboxConversation; userId: string }) {
  const newest = conversation.messages.at(-1);
  if (!newest) return <span className={css.preview}>Nothing said yet</span>;
  const who = newest.user_id === userId ? "You" : newest.user_id;
  return (
    <span className={css.preview} dir="auto">
      <bdi>{who}</bdi>: {newest.content.slice(0, 200)}
    </span>
  );
}

function Mark({ icon, label }: { icon: "pin" | "mute"; label: string }) {
  return (
    <span className={css.mark} title={label}>
      <Icon name={icon} size={14} />
      <span className={hidden.hidden}>{label}</span>
    </span>
  );
}
