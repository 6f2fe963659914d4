import type { Message } from "@chatnest/client";
import { useChat } from "@chatnest/react";
import { useEffect, useState } from "react";
import { Name } from "../ui/avatar.tsx";
import css from "./quote.module.css";

type Quoted = Pick<Message, "user_id" | "content" | "deleted_at">;
const known = new WeakMap<object, Map<string, Promise<Quoted>>>();

/** The message that another one replies to, read once. Pressing it scrolls there. */
export function Quote({
  conversationId,
  seq,
  onShow,
}: {
  conversationId: string;
  seq: number;
  onShow(seq: number): void;
}) {
  const client = useChat();
  const [quoted, setQuoted] = useState<Quoted | "gone">();

  useEffect(() => {
    let isCurrent = true;
    const quotes = known.get(client) ?? new Map<string, Promise<Quoted>>();
    known.set(client, quotes);
    const key = `${seq} ${conversationId}`;
    const asked = quotes.get(key) ?? client.messages.get({ conversation_id: conversationId, seq });
    quotes.set(key, asked);
    asked.then(
      (message) => isCurrent && setQuoted(message),
      () => {
        quotes.delete(key);
        if (isCurrent) setQuoted("gone");
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [client, conversationId, seq]);

  if (quoted === "gone") return <p className={css.quote}>The message is gone.</p>;
  return (
    <button type="button" className={css.quote} onClick={() => onShow(seq)}>
      {quoted ? (
        <>
          <Name id={quoted.user_id} />
          <span dir="auto">{quoted.content.slice(0, 300) || "(deleted)"}</span>
        </>
      ) : (
        <span>…</span>
      )}
    </button>
  );
}
