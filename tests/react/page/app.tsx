import { useInbox, useOutbox, useUnread } from "@chatnest/react";
import { lazy, Suspense, useEffect, useState } from "react";
import { Conversation } from "./conversation.tsx";

let release: () => void = () => undefined;
// Comes when the test says so.
const Late = lazy(async () => {
  await new Promise<void>((resolve) => {
    release = resolve;
  });
  return { default: () => <p>late</p> };
});

/** Shows panels, which a test can exchange: `inbox`, `unread`, `outbox`, `suspended`, and conversations by id. */
export function App({ panels }: { panels: readonly string[] }) {
  const [shown, setShown] = useState(panels);
  useEffect(() => {
    Object.assign(globalThis, { show: setShown, release: () => release() });
  }, []);
  return shown.map((panel, n) => {
    const key = `${panel} ${n}`;
    switch (panel) {
      case "inbox":
        return <Inbox key={key} />;
      case "unread":
        return <Unread key={key} />;
      case "outbox":
        return <Outbox key={key} />;
      case "suspended":
        return (
          <Suspense key={key} fallback={<p>loading</p>}>
            <Conversation id="tea" />
            <Late />
          </Suspense>
        );
      default:
        // The same component shows each of these.
        if (panel.startsWith("changing ")) return <Conversation key="changing" id={panel} />;
        return <Conversation key={key} id={panel} />;
    }
  });
}

let renders = 0;

function Unread() {
  const unread = useUnread();
  useEffect(() => {
    renders++;
    Object.assign(globalThis, { unreadRenders: renders });
  });
  return <output aria-label="unread">{unread ? unread.messages : "unknown"}</output>;
}

function Inbox() {
  const inbox = useInbox({ archived: false, onRead: ({ user_id }) => setReader(user_id) });
  const [reader, setReader] = useState("nobody");
  return (
    <nav>
      <output aria-label="inbox state">{inbox.state.status}</output>
      <output aria-label="reader">{reader}</output>
      {inbox.conversations.map(({ id, unread_count, pinned }) => (
        <p key={id}>
          <span>{`${id} ${unread_count}${pinned ? " pinned" : ""}`}</span>
          <button type="button" onClick={() => inbox.markRead(id)}>
            {`read ${id}`}
          </button>
          <button type="button" onClick={() => inbox.update(id, { pinned: !pinned })}>
            {`pin ${id}`}
          </button>
        </p>
      ))}
    </nav>
  );
}

function Outbox() {
  const { items, storage, storageError } = useOutbox();
  return (
    <aside>
      <output aria-label="storage">{`${storage} ${storageError ? "failing" : "fine"}`}</output>
      {items.map(({ id, content, status, isSaved }) => (
        <p key={id}>{`${content} ${status} ${isSaved ? "saved" : "unsaved"}`}</p>
      ))}
    </aside>
  );
}
