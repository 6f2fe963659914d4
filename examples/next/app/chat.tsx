"use client";

import { useConversation } from "@chatnest/react";

export function Chat({ id }: { id: string }) {
  const { messages, state, send } = useConversation(id);
  return (
    <main>
      <output>{state.status}</output>
      <ol>
        {messages.map(({ id, user_id, content, status }) => (
          <li key={id}>{`${user_id}: ${content} (${status})`}</li>
        ))}
      </ol>
      <button type="button" onClick={() => send({ content: "Hello" })}>
        Send
      </button>
    </main>
  );
}
