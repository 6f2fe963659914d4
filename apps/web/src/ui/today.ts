import { useSyncExternalStore } from "react";

const lookMs = 15_000;

function subscribe(listener: () => void): () => void {
  // Not one timer until midnight: it would stand still while the machine sleeps.
  const timer = setInterval(listener, lookMs);
  return () => clearInterval(timer);
}

/** The current day in the reader's zone, so that what is called today is yesterday after midnight. */
export function useToday(): string {
  return useSyncExternalStore(subscribe, () => new Date().toDateString());
}
