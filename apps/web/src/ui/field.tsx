import { type InputHTMLAttributes, useId } from "react";
import css from "./field.module.css";

/** A line of text with its label, and what is wrong with it or helps to fill it in. */
export function Field({
  label,
  hint,
  error,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}) {
  const id = useId();
  const isExplained = hint !== undefined || error !== undefined;
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        dir="auto"
        autoComplete="off"
        {...rest}
        aria-invalid={error !== undefined}
        aria-describedby={isExplained ? `${id}-more` : undefined}
      />
      {isExplained && (
        <p id={`${id}-more`} className={error ? css.error : css.hint} role={error && "alert"}>
          {error ?? hint}
        </p>
      )}
    </div>
  );
}
