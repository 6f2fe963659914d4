/** Whether the server of a client can be reached, as far as its requests tell. */
export interface Reachability {
  /** Takes the outcome of a request: the status of its answer, or `undefined` when there was none. */
  take(status: number | undefined): void;
  /** Calls a listener each time a request is answered after one that was not. Returns the function that stops it. */
  onBack(listener: () => void): () => void;
}

/** Starts to tell whether a server can be reached. */
export function createReachability(): Reachability {
  const listeners = new Set<() => void>();
  let isAway = false;
  return {
    take(status) {
      const wasAway = isAway;
      // A proxy in front of a server that is away answers with 502, 503 or 504.
      isAway = status === undefined || status >= 500;
      if (wasAway && !isAway) for (const listener of listeners) listener();
    },
    onBack(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
