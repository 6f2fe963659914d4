import { useEffect } from "react";
import { Dialog } from "../ui/dialog.tsx";
import css from "./shortcuts.module.css";

const shortcuts: readonly (readonly [keys: string, what: string])[] = [
  ["?", "Show this list"],
  ["Ctrl + K", "Find a conversation"],
  ["Alt + ↑ / ↓", "Go to the previous or next conversation"],
  ["N", "Start a conversation"],
  ["Enter", "Send"],
  ["Shift + Enter", "Begin a new line"],
  ["↑", "In an empty field: edit your last message"],
  ["Escape", "Cancel a reply or an edit, close what is open"],
  ["↑ / ↓", "Move between messages"],
  ["Home / End", "Go to the first or the newest message"],
  ["R", "Reply to the message"],
  ["E", "Edit the message"],
  ["+", "React to the message"],
  ["Delete", "Delete the message"],
];

/** The keys that work anywhere in the page, and what they do. */
export type Keys = Record<"?" | "n" | "find" | "previous" | "next", () => void>;

/** Listens to the keys that work anywhere. A letter is no shortcut where one writes. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent): void {
      const name = toName(event);
      if (name === undefined || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      keys[name]();
    }
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  });
}

function toName(event: KeyboardEvent): keyof Keys | undefined {
  const { key, altKey, ctrlKey, metaKey, target } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === "k") return "find";
  if (altKey && key === "ArrowUp") return "previous";
  if (altKey && key === "ArrowDown") return "next";
  const isWriting = target instanceof HTMLElement && target.closest("input, textarea") !== null;
  if (isWriting || altKey || ctrlKey || metaKey) return undefined;
  if (key === "?") return "?";
  return key === "n" ? "n" : undefined;
}

/** Lists the shortcuts. */
export function ShortcutsDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className={css.list}>
        {shortcuts.map(([keys, what]) => (
          <div key={what}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
