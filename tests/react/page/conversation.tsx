import type { ListedMessage } from "@chatnest/client";
import { type ConversationView, useConversation } from "@chatnest/react";
import { useState } from "react";

/** A conversation with a field to write in; `tea as bob` is `tea` for another user. */
export function Conversation({ id }: { id: string }) {
  const [conversation_id = id, user_id] = id.replace("changing ", "").split(" as ");
  const view = useConversation(conversation_id, { limit: 20, user_id });
  const [text, setText] = useState("");
  return (
    <section aria-label={id}>
      <output>{view.state.status}</output>
      {view.hasMore && (
        <button type="button" onClick={() => view.loadOlder()}>
          older
        </button>
      )}
      <ol>
        {view.messages.map((message) => (
          <Line key={message.id} message={message} view={view} />
        ))}
      </ol>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          view.send({ content: text });
          setText("");
        }}
      >
        <input aria-label={`to ${id}`} value={text} onChange={(e) => setText(e.target.value)} />
      </form>
    </section>
  );
}

function Line({ message, view }: { message: ListedMessage; view: ConversationView }) {
  const { id, user_id, content, status, reactions = [] } = message;
  const keys = reactions.map(({ key, count }) => ` ${key}${count}`).join("");
  return (
    <li>
      <span>{`${user_id}: ${content}${keys} ${status}`}</span>
      <button type="button" onClick={() => view.edit(id, { content: `${content}!` })}>
        edit
      </button>
      <button type="button" onClick={() => view.react(id, "x")}>
        react
      </button>
      <button type="button" onClick={() => view.unreact(id, "x")}>
        unreact
      </button>
      <button type="button" onClick={() => view.remove(id)}>
        remove
      </button>
      <button type="button" onClick={() => view.retry(id)}>
        retry
      </button>
      <button type="button" onClick={() => view.discard(id)}>
        discard
      </button>
    </li>
  );
}
