import { useEffect, useRef, useState } from "react";
import { keep, readKept } from "../ui/kept.ts";

/** Keeps what is typed into a conversation, so that it is there again after the tab was closed. */
export function useDraft(userId: string, conversationId: string): [string, (text: string) => void] {
  const name = `draft.${encodeURIComponent(userId)}.${encodeURIComponent(conversationId)}`;
  const [text, setText] = useState(() => readKept(name) ?? "");
  const newest = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const save = () => {
      clearTimeout(timer.current);
      keep(name, newest.current);
    };
    addEventListener("pagehide", save);
    return () => {
      removeEventListener("pagehide", save);
      save();
    };
  }, [name]);

  function change(next: string): void {
    newest.current = next;
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => keep(name, newest.current), 400);
  }
  return [text, change];
}
