import type { CSSProperties } from "react";
import css from "./avatar.module.css";
import { classNames } from "./class-names.ts";
import { hueOf } from "./hue.ts";

/** The first letter of a name on the colour of its id. */
export function Avatar({
  id,
  name = id,
  isSmall,
}: {
  id: string;
  name?: string;
  isSmall?: boolean;
}) {
  const initial = /[\p{L}\p{N}]/u.exec(name)?.[0] ?? [...name][0] ?? "?";
  return (
    <span
      className={classNames(css.avatar, isSmall && css.small)}
      style={toHueStyle(id)}
      aria-hidden="true"
    >
      {initial.toUpperCase()}
    </span>
  );
}

/** A name in the colour of its id. */
export function Name({ id }: { id: string }) {
  return (
    <bdi className={css.name} style={toHueStyle(id)}>
      {id}
    </bdi>
  );
}

function toHueStyle(id: string): CSSProperties {
  return { "--hue": hueOf(id) } as CSSProperties;
}
