import type { ListedMessage } from "@chatnest/client";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import css from "./delete-dialog.module.css";

/** Asks whether a message is to be deleted. */
export function DeleteDialog({
  message,
  onDelete,
  onClose,
}: {
  message: ListedMessage;
  onDelete(message: ListedMessage): void;
  onClose(): void;
}) {
  return (
    <Dialog title="Delete this message?" onClose={onClose}>
      <blockquote className={css.text} dir="auto">
        {message.content}
      </blockquote>
      <p>Its text is erased for everyone, earlier versions too.</p>
      <DialogActions>
        <Button onClick={onClose} data-first>
          Keep it
        </Button>
        <Button
          look="danger"
          onClick={() => {
            onClose();
            onDelete(message);
          }}
        >
          Delete
        </Button>
      </DialogActions>
    </Dialog>
  );
}
