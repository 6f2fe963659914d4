import { createChatClient, type Message } from "@chatnest/client";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const url = new URLSearchParams(location.search).get("server") ?? "";
const chat = createChatClient({ url, userId: "ada" });

function Chat({ conversation_id }: { conversation_id: string }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const [state, setState] = useState("");
  const [failure, setFailure] = useState("");
  const [resets, setResets] = useState(0);

  // After a reset, too, all is read from the beginning.
  useEffect(() => {
    setMessages([]);
    const subscription = chat.conversation(conversation_id).subscribe({
      after: 0,
      onMessage: (message) => setMessages((shown) => [...shown, message]),
      onEvent: ({ type }) => {
        if (type === "reset") setResets(resets + 1);
      },
      onState: ({ status }) => setState(status),
    });
    return () => subscription.close();
  }, [conversation_id, resets]);

  async function send() {
    try {
      await chat.messages.send({ conversation_id, content: "Hello from the page" });
      setFailure("");
    } catch (error) {
      setFailure(String(error));
    }
  }

  return (
    <main>
      <output>{state}</output>
      <ol>
        {messages.map(({ seq, user_id, content }) => (
          <li key={seq}>{`${user_id}: ${content}`}</li>
        ))}
      </ol>
      <button type="button" onClick={send}>
        Send
      </button>
      <p role="alert">{failure}</p>
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
