import type { LiveState } from "@chatnest/client";
import { Connection } from "../shell/connection.tsx";
import { navigate } from "../shell/route.ts";
import { Avatar } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import css from "./conversation-head.module.css";

/** The head of a conversation: its name, how many are in it, and how current it is. */
export function ConversationHead({
  id,
  name,
  memberCount,
  state,
  missing,
  isPanelOpen,
  onPanel,
}: {
  id: string;
  name: string;
  memberCount?: number | undefined;
  state: LiveState;
  missing?: number;
  isPanelOpen?: boolean;
  onPanel?(): void;
}) {
  return (
    <header className={css.head}>
      <IconButton
        icon="back"
        label="Back to the inbox"
        className={css.back}
        onClick={() => navigate({ view: "inbox" })}
      />
      <Avatar id={id} name={name} />
      <div className={css.words}>
        <h2>
          <bdi>{name}</bdi>
        </h2>
        <p>
          {onPanel && (
            <span className={css.count}>
              {memberCount !== undefined &&
                `${memberCount.toLocaleString()} ${memberCount === 1 ? "member" : "members"}`}
            </span>
          )}
          <Connection state={state} missing={missing ?? 0} />
        </p>
      </div>
      {onPanel && (
        <IconButton icon="people" label="Members" aria-expanded={isPanelOpen} onClick={onPanel} />
      )}
    </header>
  );
}
