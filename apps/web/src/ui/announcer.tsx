import { useEffect, useState } from "react";
import hidden from "./hidden.module.css";

type Listener = (text: string) => void;
const listeners = new Set<Listener>();

/** Tells a screen reader something, when it has finished what it says. */
export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

/** The place where a screen reader hears what `announce` tells, at most once a second: the last, and how many more. */
export function Announcer() {
  const [text, setText] = useState("");
  useEffect(() => {
    let waiting: string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      timer = undefined;
      const more = waiting.length - 1;
      const next = `${waiting.at(-1) ?? ""}${more > 0 ? ` (and ${more} more)` : ""}`;
      // The same words again are heard only when something changes.
      setText((before) => (before === next ? `${next}\u00A0` : next));
      waiting = [];
    };
    const listener: Listener = (heard) => {
      waiting.push(heard);
      timer ??= setTimeout(tell, 1_000);
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      clearTimeout(timer);
    };
  }, []);
  return (
    <div className={hidden.hidden} aria-live="polite">
      {text}
    </div>
  );
}
