import { callSafely } from "../live/subscription.ts";
import { platform } from "../platform.ts";

/** Those who listen to a list, or to an outbox. */
export interface Listeners {
  /** Adds a listener, and returns a function that removes it. */
  subscribe(listener: () => void): () => void;
  /** Tells all of a change, once for all that happens at once. */
  tell(): void;
}

/**
 * Creates the listeners of a list, or of an outbox.
 * @param onFirst Called when somebody begins to listen.
 * @param onNone Called when nobody listens any more.
 */
export function createListeners(onFirst = () => {}, onNone = () => {}): Listeners {
  const listeners = new Set<() => void>();
  let isToTell = false;

  return {
    subscribe(listener) {
      // The same function may be given twice.
      const call = () => listener();
      listeners.add(call);
      if (listeners.size === 1) onFirst();
      return () => {
        if (listeners.delete(call) && listeners.size === 0) onNone();
      };
    },
    tell() {
      if (isToTell || listeners.size === 0) return;
      isToTell = true;
      platform.queueMicrotask(() => {
        isToTell = false;
        for (const listener of listeners) callSafely(listener);
      });
    },
  };
}
