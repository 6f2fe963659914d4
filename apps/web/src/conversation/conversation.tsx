import type { ListedMessage } from "@chatnest/client";
import { useChat, useConversation, useInbox } from "@chatnest/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { nameOf } from "../inbox/describe.ts";
import { inboxOptions } from "../inbox/inbox-options.ts";
import { Members } from "../members/members.tsx";
import { useReport } from "../shell/reports.tsx";
import { isStored, type MessageActions } from "./actions.ts";
import { Composer, type Purpose } from "./composer.tsx";
import css from "./conversation.module.css";
import { ConversationHead } from "./conversation-head.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { ClosedBar, JoinBar, Loading } from "./loading.tsx";
import { newestSeq } from "./message-rows.ts";
import { ReactDialog } from "./react-dialog.tsx";
import { Timeline, type TimelineHandle } from "./timeline.tsx";
import { useAnnouncements } from "./use-announcements.ts";
import { useChanges } from "./use-changes.ts";
import { useDetails } from "./use-details.ts";
import { useUnreadPlace } from "./use-unread-place.ts";

const listOptions = { limit: 100 };

/** A conversation: its messages, and the field to write in. */
export function Conversation({ id, userId }: { id: string; userId: string }) {
  const [attempt, setAttempt] = useState(0);
  const reopen = useCallback(() => setAttempt((before) => before + 1), []);
  return <OpenConversation key={attempt} id={id} userId={userId} onReopen={reopen} />;
}

function OpenConversation({
  id,
  userId,
  onReopen,
}: {
  id: string;
  userId: string;
  /** Called to ask the server again after it has refused. */
  onReopen(): void;
}) {
  const client = useChat();
  const view = useConversation(id, listOptions);
  const { messages, state, hasMore, isLoadingOlder, send } = view;
  const changes = useChanges(id, view);
  const { conversations, markRead, state: inboxState } = useInbox(inboxOptions);
  const item = conversations.find((conversation) => conversation.id === id);
  const { conversation, refresh } = useDetails(
    id,
    `${item?.title} ${item !== undefined} ${state.status}`,
  );
  const [purpose, setPurpose] = useState<Purpose>();
  const [asked, setAsked] = useState<{ what: "delete" | "react"; message: ListedMessage }>();
  const [isPanelOpen, setPanelOpen] = useState(false);
  const timeline = useRef<TimelineHandle>(null);
  const report = useReport();
  const known = conversation ?? item;
  const name = known ? nameOf(known, userId) : id;

  const unread = useUnreadPlace(item);
  useAnnouncements(messages, state, userId);

  const isListed = item !== undefined;
  const wasListed = useRef(isListed);
  useEffect(() => {
    // One is a member again.
    if (isListed && !wasListed.current && state.status === "closed") onReopen();
    wasListed.current = isListed;
  }, [isListed, state.status, onReopen]);

  // Archived, or beyond what the inbox has loaded.
  const isHidden =
    !isListed &&
    inboxState.status === "live" &&
    state.status === "live" &&
    conversation?.user_ids.includes(userId) === true;
  const onSeen = useCallback(
    (seq: number) => {
      if (seq === 0) return;
      if (isListed) markRead(id, seq);
      else if (isHidden) client.reads.mark({ conversation_id: id, read_seq: seq }).catch(report);
    },
    [isListed, isHidden, markRead, client, id, report],
  );

  const latest = useRef(view);
  latest.current = view;
  const actions = useMemo<MessageActions>(
    () => ({
      reply: (message) => setPurpose({ kind: "reply", message }),
      edit: (message) => {
        if (message.user_id === userId) setPurpose({ kind: "edit", message });
      },
      remove: (message) => {
        if (message.user_id === userId) setAsked({ what: "delete", message });
      },
      choose: (message) => setAsked({ what: "react", message }),
      toggle: (message, key) => {
        const isOwn = message.reactions?.some(
          (reaction) => reaction.key === key && reaction.user_ids.includes(userId),
        );
        if (isOwn) changes.unreact(message, key);
        else changes.react(message, key);
      },
      retry: (messageId) => latest.current.retry(messageId),
      discard: (messageId) => latest.current.discard(messageId),
      show: (seq) => void timeline.current?.show(seq).catch(report),
    }),
    [userId, report, changes],
  );

  function submit(content: string): void {
    setPurpose(undefined);
    if (purpose?.kind === "edit") {
      if (content !== purpose.message.content) changes.edit(purpose.message, content);
      return;
    }
    const reply_to = purpose?.message.seq ?? undefined;
    send({ content, ...(reply_to !== undefined && { reply_to }) });
    requestAnimationFrame(() => timeline.current?.toEnd());
  }

  function editLast(): void {
    const own = messages.findLast((message) => message.user_id === userId && isStored(message));
    if (own) actions.edit(own);
  }

  const isEmpty = messages.length === 0;
  // The inbox tells where the unread begin, so it is waited for as well.
  const isInboxLoading =
    conversations.length === 0 && ["connecting", "catching_up"].includes(inboxState.status);
  const isLoading = (isEmpty && state.status !== "live") || isInboxLoading;
  const isMember = !conversation || conversation.user_ids.includes(userId);
  const missing = state.status === "catching_up" ? (item?.last_seq ?? 0) - newestSeq(messages) : 0;
  return (
    <div className={css.split}>
      <section className={css.conversation} aria-label={name}>
        <ConversationHead
          id={id}
          name={name}
          memberCount={conversation === null ? undefined : known?.member_count}
          state={state}
          missing={Math.max(0, missing)}
          isPanelOpen={isPanelOpen}
          onPanel={() => setPanelOpen(!isPanelOpen)}
        />
        {isLoading ? (
          <Loading state={state} />
        ) : (
          <Timeline
            ref={timeline}
            messages={messages}
            hasMore={hasMore}
            isWhole={state.status === "live" || newestSeq(messages) > 0}
            isLoadingOlder={isLoadingOlder}
            loadOlder={view.loadOlder}
            unread={unread}
            userId={userId}
            conversationId={id}
            name={name}
            actions={actions}
            onSeen={onSeen}
          />
        )}
        {!isLoading && state.status === "closed" && (
          <ClosedBar reason={state.error?.message} onReopen={onReopen} />
        )}
        {!isMember && conversation && conversation.member_count <= 1_000 && (
          <JoinBar id={id} userId={userId} onJoined={refresh} />
        )}
        <Composer
          conversationId={id}
          userId={userId}
          label={`Message ${name}`}
          purpose={purpose}
          onSubmit={submit}
          onCancel={() => setPurpose(undefined)}
          onEditLast={editLast}
        />
      </section>
      {isPanelOpen && (
        <Members
          conversation={conversation ?? undefined}
          userId={userId}
          refresh={refresh}
          onClose={() => setPanelOpen(false)}
        />
      )}
      {asked?.what === "delete" && (
        <DeleteDialog
          message={asked.message}
          onDelete={changes.remove}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked?.what === "react" && (
        <ReactDialog
          message={asked.message}
          onChoose={changes.react}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}
