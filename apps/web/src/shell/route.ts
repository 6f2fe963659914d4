import { useSyncExternalStore } from "react";

/** What the page shows, as its address says. */
export type Route = { view: "inbox" | "notes" } | { view: "conversation"; id: string };

const listeners = new Set<() => void>();
let current = parse(location.search);

function parse(search: string): Route {
  const query = new URLSearchParams(search);
  const id = query.get("c");
  if (id) return { view: "conversation", id };
  return { view: query.has("notes") ? "notes" : "inbox" };
}

function change(): void {
  current = parse(location.search);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener("popstate", change);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener("popstate", change);
  };
}

/** Returns the address of a route, within this page: the server needs to know none of them. */
export function toHref(route: Route): string {
  if (route.view === "conversation") return `/?${new URLSearchParams({ c: route.id })}`;
  return route.view === "notes" ? "/?notes" : "/";
}

/** Shows something else. */
export function navigate(route: Route): void {
  history.pushState(null, "", toHref(route));
  change();
}

/** The current route, which changes with the address. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribe, () => current);
}
