import { useInbox } from "@chatnest/react";
import { type KeyboardEvent, type Ref, useEffect, useMemo, useState } from "react";
import { useReport } from "../shell/reports.tsx";
import { navigate } from "../shell/route.ts";
import { Button } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { nameOf } from "./describe.ts";
import css from "./inbox.module.css";
import type { InboxActions } from "./inbox-items.ts";
import { InboxList, InboxSkeleton } from "./inbox-list.tsx";
import { archiveOptions, inboxOptions } from "./inbox-options.ts";

/** The conversations of a user, with a field that finds some of them. */
export function Inbox({
  userId,
  currentId,
  search,
  isArchive,
  onStart,
}: {
  userId: string;
  currentId: string | undefined;
  search: Ref<HTMLInputElement>;
  isArchive: boolean;
  /** Called to begin a conversation. */
  onStart(): void;
}) {
  const inbox = useInbox(isArchive ? archiveOptions : inboxOptions);
  const { conversations, state, hasMore, loadMore, markRead, markUnread, update } = inbox;
  const [wanted, setWanted] = useState("");
  const report = useReport();

  const actions = useMemo<InboxActions>(
    () => ({
      markRead: (id) => markRead(id),
      markUnread: (id, from) => void markUnread(id, from).catch(report),
      update: (id, settings) => void update(id, settings).catch(report),
    }),
    [markRead, markUnread, update, report],
  );
  const shown = useMemo(() => {
    const words = wanted.trim().toLocaleLowerCase();
    if (words === "") return conversations;
    return conversations.filter((conversation) =>
      `${nameOf(conversation, userId)}\n${conversation.id}\n${conversation.user_ids.join("\n")}`
        .toLocaleLowerCase()
        .includes(words),
    );
  }, [conversations, wanted, userId]);

  function onKeyDown({ key, nativeEvent }: KeyboardEvent): void {
    const [first] = shown;
    if (key === "Escape") setWanted("");
    if (key !== "Enter" || nativeEvent.isComposing || wanted === "" || !first) return;
    setWanted("");
    navigate({ view: "conversation", id: first.id });
  }

  // What one looks for may be among those that are not loaded.
  const isSearching = wanted.trim() !== "" && hasMore && state.status === "live";
  useEffect(() => {
    if (isSearching) loadMore().catch(report);
  }, [isSearching, conversations.length, loadMore, report]);

  const isLoading = conversations.length === 0 && (state.status !== "live" || hasMore);
  return (
    <>
      <label className={css.search}>
        <Icon name="search" size={18} />
        <input
          ref={search}
          type="search"
          aria-label="Find a conversation"
          placeholder="Find a conversation"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      {isLoading && <InboxSkeleton />}
      {!isLoading && shown.length > 0 && (
        <InboxList
          conversations={shown}
          userId={userId}
          currentId={currentId}
          actions={actions}
          onEnd={() => hasMore && void loadMore().catch(report)}
        />
      )}
      {!isLoading && shown.length === 0 && (
        <div className={css.empty}>
          <p>{isSearching ? "Looking…" : describeNone(wanted, isArchive)}</p>
          {!isArchive && wanted === "" && (
            <Button look="main" className={css.start} onClick={onStart}>
              Start a conversation
            </Button>
          )}
        </div>
      )}
    </>
  );
}

function describeNone(wanted: string, isArchive: boolean): string {
  if (wanted !== "") return `No conversation is called “${wanted}”.`;
  return isArchive ? "Nothing is archived." : "No conversations yet.";
}
