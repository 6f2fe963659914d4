/** Those who listen to an outbox. */
export interface Listeners {
  subscribe(listener: () => void): () => void;
  /** Tells all of a change, once for all that happens at once. */
  tell(): void;
}

/** Creates the listeners of an outbox. */
export function createListeners(): Listeners {
  const listeners = new Set<() => void>();
  let isToTell = false;
  return {
    subscribe(listener) {
      // The same function may be given twice.
      const call = () => listener();
      listeners.add(call);
      return () => void listeners.delete(call);
    },
    tell() {
      if (isToTell) return;
      isToTell = true;
      queueMicrotask(() => {
        isToTell = false;
        for (const listener of listeners) call(listener);
      });
    },
  };
}

/** Reports an error of a listener as uncaught, so that it stops nobody else. */
function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
