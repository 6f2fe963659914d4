import type { AnchorHTMLAttributes, MouseEvent } from "react";
import { navigate, type Route, toHref } from "./route.ts";

/** A link within the page. With a modifier key, the browser opens it as it does any other. */
export function Link({
  to,
  ...rest
}: Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> & { to: Route }) {
  function follow(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0)
      return;
    event.preventDefault();
    navigate(to);
  }
  return <a {...rest} href={toHref(to)} onClick={follow} />;
}
