import type { ListedMessage } from "@chatnest/client";
import { type FormEvent, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import css from "./react-dialog.module.css";

const few = [
  ["👍", "Thumbs up"],
  ["❤️", "Heart"],
  ["😂", "Laughing"],
  ["🎉", "Party"],
  ["😮", "Surprised"],
  ["🙏", "Thanks"],
  ["👀", "Looking"],
  ["✅", "Done"],
] as const;

/** Offers a few reactions, and takes any other that is typed. */
export function ReactDialog({
  message,
  onChoose,
  onClose,
}: {
  message: ListedMessage;
  onChoose(message: ListedMessage, key: string): void;
  onClose(): void;
}) {
  const [typed, setTyped] = useState("");
  const key = typed.trim();

  function choose(chosen: string): void {
    onClose();
    onChoose(message, chosen);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (key !== "") choose(key);
  }

  return (
    <Dialog title="React" onClose={onClose}>
      <div className={css.few}>
        {few.map(([emoji, name], index) => (
          <button
            key={emoji}
            type="button"
            data-first={index === 0 || undefined}
            aria-label={name}
            title={name}
            onClick={() => choose(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
      <form onSubmit={submit}>
        <Field
          label="Or any other"
          value={typed}
          maxLength={64}
          hint="An emoji or a word"
          onChange={(event) => setTyped(event.target.value)}
        />
        <DialogActions>
          <Button look="main" type="submit" disabled={key === ""}>
            React
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
