import { createChatClient } from "@chatnest/client";
import { ChatProvider } from "@chatnest/react";
import { StrictMode } from "react";
import { renderToString } from "react-dom/server.browser";
import { App } from "./app.tsx";

/** Renders the page as a server does, and counts the requests that it makes meanwhile. */
export function render(panels: readonly string[]): { html: string; requests: number } {
  let requests = 0;
  const fetch = () => {
    requests++;
    return Promise.reject(new Error("a server renders nothing live"));
  };
  const client = createChatClient({ url: "http://chat.example", userId: "ada", fetch });
  const html = renderToString(
    <StrictMode>
      <ChatProvider client={client}>
        <App panels={panels} />
      </ChatProvider>
    </StrictMode>,
  );
  return { html, requests };
}
