import { isChatError, type Message } from "@chatnest/client";
import { useChat } from "@chatnest/react";
import { useEffect, useState } from "react";
import { Name } from "../ui/avatar.tsx";
import css from "./quote.module.css";

/** What is shown of a message that is quoted. */
export type Quoted = Pick<Message, "user_id" | "content">;
const known = new WeakMap<object, Map<string, Promise<Quoted>>>();

// Asked again so long after the server could not be reached, in ms.
const againMs = 5_000;

/** The message that another one replies to, read once unless it is among those that are loaded. Pressing it scrolls there. */
export function Quote({
  conversationId,
  seq,
  loaded,
  onShow,
}: {
  conversationId: string;
  seq: number;
  /** The message if it is loaded, `null` if it is deleted; `undefined` if it is to be read. */
  loaded: Quoted | null | undefined;
  onShow(seq: number): void;
}) {
  const client = useChat();
  const [read, setRead] = useState<Quoted | null>();
  const [tries, setTries] = useState(0);
  const isLoaded = loaded !== undefined;

  useEffect(() => {
    if (isLoaded) return;
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quotes = known.get(client) ?? new Map<string, Promise<Quoted>>();
    known.set(client, quotes);
    const key = `${seq} ${conversationId}`;
    const asked = quotes.get(key) ?? client.messages.get({ conversation_id: conversationId, seq });
    quotes.set(key, asked);
    asked.then(
      (message) => isCurrent && setRead(message.content === "" ? null : message),
      (error: unknown) => {
        quotes.delete(key);
        if (!isCurrent) return;
        if (isChatError(error) && error.code === "not_found") setRead(null);
        else timer = setTimeout(() => setTries(tries + 1), againMs);
      },
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, conversationId, seq, isLoaded, tries]);

  const quoted = isLoaded ? loaded : read;
  if (quoted === null) return <p className={css.quote}>The message was deleted.</p>;
  return (
    <button type="button" className={css.quote} onClick={() => onShow(seq)}>
      {quoted ? (
        <>
          <Name id={quoted.user_id} />
          <span dir="auto">{quoted.content.slice(0, 300)}</span>
        </>
      ) : (
        <span>…</span>
      )}
    </button>
  );
}
