import type { ListedMessage } from "@chatnest/client";
import { memo } from "react";
import { Avatar, Name } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import { classNames } from "../ui/class-names.ts";
import { LinkedText } from "../ui/linked-text.tsx";
import { toClock, toFull, toNarrowClock } from "../ui/times.ts";
import { isStored, type MessageActions } from "./actions.ts";
import css from "./message.module.css";
import { Quote, type Quoted } from "./quote.tsx";
import { Reactions } from "./reactions.tsx";
import { Unsaved } from "./unsaved.tsx";

/** A message, with who sent it when it begins a group, and what one can do with it. */
export const Message = memo(function Message({
  message,
  quoted,
  conversationId,
  userId,
  startsGroup,
  isReached,
  actions,
}: {
  message: ListedMessage;
  /** The message that it replies to, as far as it is loaded. */
  quoted: Quoted | null | undefined;
  conversationId: string;
  userId: string;
  startsGroup: boolean;
  /** Whether the Tab key reaches it: that is one of all. */
  isReached: boolean;
  actions: MessageActions;
}) {
  const { id, user_id, content, timestamp, edited_at, reply_to, reactions = [] } = message;
  const isMentioned = message.mentions === "everyone" || message.mentions?.includes(userId);
  return (
    <article
      id={`m-${id}`}
      data-id={id}
      className={classNames(css.message, startsGroup && css.first, isMentioned && css.mentioned)}
      tabIndex={isReached ? 0 : -1}
      aria-label={`${user_id === userId ? "You" : user_id}, ${toFull(timestamp)}`}
    >
      <div className={css.margin}>
        {startsGroup ? (
          <Avatar id={user_id} />
        ) : (
          <time className={css.margintime} dateTime={timestamp} title={toFull(timestamp)}>
            {toNarrowClock(timestamp)}
          </time>
        )}
      </div>
      <div className={css.body}>
        {startsGroup && (
          <p className={css.head}>
            <Name id={user_id} />
            {user_id === userId && <span className={css.you}>you</span>}
            <time dateTime={timestamp} title={toFull(timestamp)}>
              {toClock(timestamp)}
            </time>
          </p>
        )}
        {reply_to !== undefined && (
          <Quote
            conversationId={conversationId}
            seq={reply_to}
            loaded={quoted}
            onShow={actions.show}
          />
        )}
        <p dir="auto" className={classNames(css.text, message.status === "pending" && css.pending)}>
          <LinkedText text={content} />
          {edited_at !== undefined && (
            <span className={css.edited} title={toFull(edited_at)}>
              {" "}
              (edited)
            </span>
          )}
        </p>
        {reactions.length > 0 && (
          <Reactions
            reactions={reactions}
            userId={userId}
            onToggle={(key) => actions.toggle(message, key)}
          />
        )}
        <Unsaved message={message} actions={actions} />
      </div>
      {isStored(message) && (
        <Toolbar
          message={message}
          isOwn={user_id === userId}
          isReached={isReached}
          actions={actions}
        />
      )}
    </article>
  );
});

function Toolbar({
  message,
  isOwn,
  isReached,
  actions,
}: {
  message: ListedMessage;
  isOwn: boolean;
  isReached: boolean;
  actions: MessageActions;
}) {
  // The Tab key passes the actions of one message, not of all in sight.
  const shared = { isSmall: true, tabIndex: isReached ? 0 : -1 };
  return (
    <div className={css.tools} role="toolbar" aria-label="Actions">
      <IconButton {...shared} icon="smile" label="React" onClick={() => actions.choose(message)} />
      <IconButton {...shared} icon="reply" label="Reply" onClick={() => actions.reply(message)} />
      {isOwn && (
        <>
          <IconButton {...shared} icon="edit" label="Edit" onClick={() => actions.edit(message)} />
          <IconButton
            {...shared}
            icon="trash"
            label="Delete"
            onClick={() => actions.remove(message)}
          />
        </>
      )}
    </div>
  );
}
