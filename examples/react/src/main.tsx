import { createChatClient, type Message } from "@chatnest/client";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const url = new URLSearchParams(location.search).get("server") ?? "";
const chat = createChatClient({ url, userId: "ada" });

function Chat({ conversation_id }: { conversation_id: string }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const [state, setState] = useState("");

  useEffect(() => {
    setMessages([]);
    const subscription = chat.conversation(conversation_id).subscribe({
      after: 0,
      onMessage: (message) => setMessages((shown) => [...shown, message]),
      onState: ({ status }) => setState(status),
    });
    return () => subscription.close();
  }, [conversation_id]);

  return (
    <main>
      <output>{state}</output>
      <ol>
        {messages.map(({ seq, user_id, content }) => (
          <li key={seq}>{`${user_id}: ${content}`}</li>
        ))}
      </ol>
      <button
        type="button"
        onClick={() => chat.messages.send({ conversation_id, content: "Hello from the page" })}
      >
        Send
      </button>
    </main>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Chat conversation_id="tea" />
    </StrictMode>,
  );
}
