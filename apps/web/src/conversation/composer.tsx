import type { ListedMessage } from "@chatnest/client";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Name } from "../ui/avatar.tsx";
import { IconButton } from "../ui/button.tsx";
import css from "./composer.module.css";
import { useDraft } from "./drafts.ts";

/** What the composer is used for, apart from a new message. */
export interface Purpose {
  kind: "reply" | "edit";
  message: ListedMessage;
}

const lengthMax = 16_384;

/** The field one writes in. Enter sends, Shift and Enter begin a new line. */
export function Composer({
  conversationId,
  userId,
  label,
  purpose,
  onSubmit,
  onCancel,
  onEditLast,
}: {
  conversationId: string;
  userId: string;
  label: string;
  purpose?: Purpose | undefined;
  onSubmit(content: string): void;
  onCancel?(): void;
  /** Called for the arrow up in an empty field. */
  onEditLast?(): void;
}) {
  const [draft, setDraft] = useDraft(userId, conversationId);
  const [edited, setEdited] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const isEdit = purpose?.kind === "edit";
  const text = isEdit ? edited : draft;
  const setText = isEdit ? setEdited : setDraft;

  // Before the next key: what is typed belongs to the text that is edited.
  useLayoutEffect(() => {
    if (!purpose) return;
    if (purpose.kind === "edit") setEdited(purpose.message.content);
    field.current?.focus();
  }, [purpose]);

  useEffect(() => {
    // On a phone, a field in focus would bring up the keyboard over what one came to read.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus({ preventScroll: true });
  }, []);

  useLayoutEffect(() => {
    if (field.current) grow(field.current);
  }, [text]);

  const length = [...text].length;
  const isSendable = text.trim() !== "" && length <= lengthMax;

  function submit(): void {
    if (!isSendable) return;
    onSubmit(text);
    setText("");
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes, Enter takes what it offers.
    if (event.nativeEvent.isComposing || event.altKey) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && purpose) {
      event.stopPropagation();
      onCancel?.();
    } else if (event.key === "ArrowUp" && text === "" && onEditLast) {
      event.preventDefault();
      onEditLast();
    }
  }

  return (
    <div className={css.composer}>
      {purpose && (
        <div className={css.purpose}>
          <p>
            {isEdit ? "Editing your message" : "Replying to "}
            {!isEdit && <Name id={purpose.message.user_id} />}
            {!isEdit && <span dir="auto">{purpose.message.content.slice(0, 200)}</span>}
          </p>
          <IconButton
            icon="close"
            label={isEdit ? "Cancel the edit" : "Cancel the reply"}
            isSmall
            onClick={onCancel}
          />
        </div>
      )}
      <div className={css.row}>
        <textarea
          ref={field}
          className={css.field}
          rows={1}
          dir="auto"
          aria-label={label}
          placeholder={label}
          value={text}
          enterKeyHint="send"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <IconButton
          icon={isEdit ? "check" : "send"}
          label={isEdit ? "Save" : "Send"}
          className={css.send}
          disabled={!isSendable}
          onClick={submit}
        />
      </div>
      {length > lengthMax - 500 && (
        <p className={css.count} role="status">
          {length.toLocaleString()} of {lengthMax.toLocaleString()} characters
        </p>
      )}
    </div>
  );
}

const growsByItself = CSS.supports("field-sizing", "content");

// For browsers in which a field cannot be told to be as high as its text.
function grow(field: HTMLTextAreaElement): void {
  if (growsByItself) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
