import { createChatClient } from "@chatnest/client";
import { createOutbox } from "@chatnest/client/outbox";
import { ChatProvider } from "@chatnest/react";
import { StrictMode } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { App } from "./app.tsx";

const params = new URLSearchParams(location.search);
const user_id = params.get("user") ?? "ada";
const client = createChatClient({ url: params.get("server") ?? "", userId: user_id });
const outbox = params.has("outbox") ? createOutbox({ client, user_id }) : undefined;
const panels = params.getAll("show");

const app = (
  <StrictMode>
    <ChatProvider client={client} outbox={outbox}>
      <App panels={panels} />
    </ChatProvider>
  </StrictMode>
);

const root = document.getElementById("root");
if (root?.firstChild) hydrateRoot(root, app);
else if (root) createRoot(root).render(app);
// For what a person would not do by hand.
Object.assign(globalThis, { outbox });
