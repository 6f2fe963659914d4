import { createChatClient } from "@chatnest/client";
import { createOutbox } from "@chatnest/client/outbox";
import { ChatProvider } from "@chatnest/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Chat, Inbox } from "./chat.tsx";

const url = new URLSearchParams(location.search).get("server") ?? "";
const client = createChatClient({ url, userId: "ada" });
const outbox = createOutbox({ client, user_id: "ada" });

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <ChatProvider client={client} outbox={outbox}>
        <Inbox />
        <Chat id="tea" />
      </ChatProvider>
    </StrictMode>,
  );
}
