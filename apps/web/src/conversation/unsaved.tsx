import type { ListedMessage } from "@chatnest/client";
import { Icon } from "../ui/icon.tsx";
import type { MessageActions } from "./actions.ts";
import css from "./unsaved.module.css";

const names = {
  send: "Not sent",
  edit: "The edit was not saved",
  delete: "Not deleted",
  react: "The reaction was not saved",
  unreact: "The reaction was not removed",
};

/** Says of a message what is not stored yet, and what to do when it failed. */
export function Unsaved({ message, actions }: { message: ListedMessage; actions: MessageActions }) {
  const { id, status, changes } = message;
  if (status === "confirmed") return null;
  if (status === "pending") {
    const isSending = changes.some(({ kind }) => kind === "send") || message.seq === null;
    return (
      <p className={css.pending}>
        <Icon name="clock" size={13} /> {isSending ? "Sending" : "Saving"}
      </p>
    );
  }
  const failed = changes.find((change) => change.status === "failed");
  return (
    <p className={css.failed}>
      <Icon name="alert" size={15} />
      <span>
        {names[failed?.kind ?? "send"]}
        {failed?.error && `: ${failed.error.message}`}
      </span>
      <button type="button" onClick={() => actions.retry(id)}>
        Try again
      </button>
      <button type="button" onClick={() => actions.discard(id)}>
        Discard
      </button>
    </p>
  );
}
