import type { StoreEvent } from "../store.ts";

/** Who is told of a store's events. */
export interface Events {
  /** Tells every listener. */
  emit(event: StoreEvent): void;
  /** Adds a listener, and answers with how to remove it. */
  watch(listener: (event: StoreEvent) => void): () => void;
}

/** Makes an empty list of listeners. A listener must not throw: it would keep others from hearing. */
export function createEvents(): Events {
  const listeners = new Set<(event: StoreEvent) => void>();
  return {
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    watch(listener) {
      // Wrapped, so that one function given twice is two listeners.
      const own = (event: StoreEvent) => listener(event);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}
