import { useConversation, useInbox, useUnread } from "@chatnest/react";

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

export function Inbox() {
  const { conversations, markRead } = useInbox({ archived: false });
  const unread = useUnread();
  return (
    <nav>
      <h2>{`Inbox (${unread?.messages ?? "…"})`}</h2>
      {conversations.map(({ id, unread_count }) => (
        <button type="button" key={id} onClick={() => markRead(id)}>
          {`${id}: ${unread_count} unread`}
        </button>
      ))}
    </nav>
  );
}
