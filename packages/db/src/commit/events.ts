import type { StoreEvent } from "../store.ts";

/** The listeners of a store's events. */
export interface Events {
  /** Calls every listener. */
  emit(event: StoreEvent): void;
  /** Adds a listener and returns a function that removes it. */
  watch(listener: (event: StoreEvent) => void): () => void;
}

/** Creates an empty list of listeners. A listener must not throw, or those after it are not called. */
export function createEvents(): Events {
  const listeners = new Set<(event: StoreEvent) => void>();
  return {
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    watch(listener) {
      // Wrapped, so that a function that is added twice is called twice.
      const own = (event: StoreEvent) => listener(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}
