import type { ChatError } from "@chatnest/client";
import { useInbox } from "@chatnest/react";
import { useEffect, useRef, useState } from "react";
import { Conversation } from "../conversation/conversation.tsx";
import { nameOf } from "../inbox/describe.ts";
import { Inbox } from "../inbox/inbox.tsx";
import { inboxOptions } from "../inbox/inbox-options.ts";
import { NewConversationDialog } from "../inbox/new-conversation.tsx";
import { Notes } from "../notes/notes.tsx";
import { classNames } from "../ui/class-names.ts";
import hidden from "../ui/hidden.module.css";
import { Reports } from "./reports.tsx";
import { navigate, useRoute } from "./route.ts";
import { SecondWindowDialog } from "./second-window.tsx";
import css from "./shell.module.css";
import { ShortcutsDialog, useKeys } from "./shortcuts.tsx";
import { SideHead } from "./side-head.tsx";
import { useTitle } from "./use-title.ts";
import { Welcome } from "./welcome.tsx";

/** The inbox, and beside it what is open; on a phone one of them at a time. */
export function Shell({
  userId,
  onLeave,
  onRefused,
}: {
  userId: string;
  onLeave(): void;
  onRefused(error: ChatError): void;
}) {
  const route = useRoute();
  const [dialog, setDialog] = useState<"shortcuts" | "new" | "window">();
  const [isArchive, setArchive] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const { conversations, totals, state } = useInbox(inboxOptions);
  const currentId = route.view === "conversation" ? route.id : undefined;

  const current = conversations.find(({ id }) => id === currentId);
  const name = current && nameOf(current, userId);
  useTitle(route.view === "notes" ? "Notes" : name, totals?.messages ?? 0);

  const refusal = state.status === "closed" ? state.error : undefined;
  useEffect(() => {
    if (refusal) onRefused(refusal);
  }, [refusal, onRefused]);

  function step(by: 1 | -1): void {
    const at = conversations.findIndex(({ id }) => id === currentId);
    const next = conversations[at === -1 ? 0 : at + by];
    if (next) navigate({ view: "conversation", id: next.id });
  }
  useKeys({
    "?": () => setDialog("shortcuts"),
    n: () => setDialog("new"),
    find: () => search.current?.focus(),
    previous: () => step(-1),
    next: () => step(1),
  });

  return (
    <Reports>
      <main className={classNames(css.shell, route.view !== "inbox" && css.opened)}>
        <h1 className={hidden.hidden}>ChatNest</h1>
        <nav className={css.side} aria-label="Conversations">
          <SideHead
            userId={userId}
            state={state}
            isArchive={isArchive}
            onStart={() => setDialog("new")}
            onArchive={() => setArchive(!isArchive)}
            onShortcuts={() => setDialog("shortcuts")}
            onSecondWindow={() => setDialog("window")}
            onLeave={onLeave}
          />
          <Inbox
            key={String(isArchive)}
            userId={userId}
            currentId={currentId}
            search={search}
            isArchive={isArchive}
            onStart={() => setDialog("new")}
          />
        </nav>
        <div className={css.main}>
          {route.view === "conversation" && (
            <Conversation key={route.id} id={route.id} userId={userId} />
          )}
          {route.view === "notes" && <Notes userId={userId} />}
          {route.view === "inbox" && <Welcome userId={userId} onStart={() => setDialog("new")} />}
        </div>
      </main>
      {dialog === "shortcuts" && <ShortcutsDialog onClose={() => setDialog(undefined)} />}
      {dialog === "window" && <SecondWindowDialog onClose={() => setDialog(undefined)} />}
      {dialog === "new" && (
        <NewConversationDialog userId={userId} onClose={() => setDialog(undefined)} />
      )}
    </Reports>
  );
}
