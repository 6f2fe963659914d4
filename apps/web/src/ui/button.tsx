import type { ComponentProps } from "react";
import css from "./button.module.css";
import { classNames } from "./class-names.ts";
import { Icon } from "./icon.tsx";

/** A button with words. */
export function Button({
  look = "plain",
  className,
  ...rest
}: ComponentProps<"button"> & { look?: "plain" | "main" | "danger" }) {
  return (
    <button type="button" {...rest} className={classNames(css.button, css[look], className)} />
  );
}

/** A button that is a drawing, with its label as a tooltip. */
export function IconButton({
  icon,
  label,
  isSmall,
  className,
  ...rest
}: ComponentProps<"button"> & {
  icon: Parameters<typeof Icon>[0]["name"];
  label: string;
  isSmall?: boolean;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={classNames(css.icon, isSmall && css.small, className)}
    >
      <Icon name={icon} size={isSmall ? 18 : 20} />
    </button>
  );
}
