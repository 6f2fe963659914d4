import { createChatClient, type ListedMessage } from "@chatnest/client";
import { StrictMode, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { createReceipts } from "./receipts.ts";

const url = new URLSearchParams(location.search).get("server") ?? "";
const chat = createChatClient({ url, userId: "ada" });
const list = chat.conversation("tea").messages();
const receipts = createReceipts("tea");
const inbox = chat.inbox({ archived: false, onRead: receipts.hear });

function Inbox() {
  const { conversations, totals } = useSyncExternalStore(inbox.subscribe, inbox.getSnapshot);
  return (
    <nav>
      <h2>{`Inbox (${totals?.messages ?? "…"})`}</h2>
      {conversations.map(({ id, title, unread_count, mention_count }) => (
        <p key={id}>
          <span>{`${title ?? id}: ${unread_count} unread, ${mention_count} for you`}</span>
          <button type="button" onClick={() => inbox.markRead(id)}>
            Mark as read
          </button>
        </p>
      ))}
    </nav>
  );
}

function Receipts() {
  const reads = useSyncExternalStore(receipts.subscribe, receipts.getSnapshot);
  return reads.map(([user, seq]) => <p key={user}>{`${user} has read up to ${seq}`}</p>);
}

function Chat() {
  const { messages, state } = useSyncExternalStore(list.subscribe, list.getSnapshot);
  return (
    <main>
      <output>{state.status}</output>
      <ol>
        {messages.map((message) => (
          <Line key={message.id} message={message} />
        ))}
      </ol>
      <Receipts />
      <button type="button" onClick={() => list.send({ content: "Hello from the page" })}>
        Send
      </button>
    </main>
  );
}

function Line({ message }: { message: ListedMessage }) {
  const { id, user_id, content, edited_at, reactions = [], changes } = message;
  const failed = changes.find(({ status }) => status === "failed");
  return (
    <li>
      <span>{`${user_id}: ${content}${edited_at ? " (edited)" : ""}`}</span>
      {reactions.map(({ key, count }) => (
        <button type="button" key={key} onClick={() => list.unreact(id, key)}>
          {`${key} ${count}`}
        </button>
      ))}
      <button type="button" onClick={() => list.react(id, "👍")}>
        React
      </button>
      <button type="button" onClick={() => list.edit(id, { content: `${content}!` })}>
        Edit
      </button>
      <button type="button" onClick={() => list.delete(id)}>
        Delete
      </button>
      {failed && (
        <p role="alert">
          {String(failed.error)}
          <button type="button" onClick={() => list.retry(id)}>
            Retry
          </button>
        </p>
      )}
    </li>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Inbox />
      <Chat />
    </StrictMode>,
  );
}
