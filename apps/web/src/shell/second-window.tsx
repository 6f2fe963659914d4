import { type FormEvent, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";

/** Opens another window as somebody else, to see both sides of a conversation. */
export function SecondWindowDialog({ onClose }: { onClose(): void }) {
  const [name, setName] = useState("");

  function submit(event: FormEvent): void {
    event.preventDefault();
    onClose();
    open(`/?${new URLSearchParams({ as: name })}`, "_blank", "noopener");
  }

  return (
    <Dialog title="Open a window as someone else" onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label="Name"
          value={name}
          required
          maxLength={128}
          autoCapitalize="none"
          spellCheck={false}
          placeholder="grace"
          hint="This window stays as it is."
          onChange={(event) => setName(event.target.value)}
        />
        <DialogActions>
          <Button look="main" type="submit" disabled={name.trim() === ""}>
            Open
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
