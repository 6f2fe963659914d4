import { createChatClient, type ListedMessage } from "@chatnest/client";
import { StrictMode, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { Inbox, Receipts } from "./inbox.tsx";
import { createReceipts } from "./receipts.ts";

const url = new URLSearchParams(location.search).get("server") ?? "";
const chat = createChatClient({ url, userId: "ada" });
const receipts = createReceipts("tea");
const inbox = chat.inbox({ archived: false, onRead: receipts.hear });
const list = chat.conversation("tea").messages();

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
      <Inbox inbox={inbox} />
      <Chat />
      <Receipts receipts={receipts} />
    </StrictMode>,
  );
}
