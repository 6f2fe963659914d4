/** Waits for one thing at a time. */
export interface Wait {
  /** Waits until what listens calls, or the signal aborts; `listen` answers with how to stop listening. */
  until(listen: (wake: () => void) => () => void): Promise<void>;
  /** Ends the wait that is under way. */
  wake(): void;
  /** Stops listening for good. */
  end(): void;
}

/** Makes something that waits no longer than a signal allows; one listener on the signal serves all its waits. */
export function createWait(signal: AbortSignal): Wait {
  let wake: (() => void) | undefined;
  let cancel: (() => void) | undefined;
  const stop = () => {
    cancel?.();
    wake?.();
  };
  signal.addEventListener("abort", stop);
  return {
    until(listen) {
      return new Promise((resolve) => {
        wake = resolve;
        cancel = listen(resolve);
        if (signal.aborted) stop();
      });
    },
    wake: () => wake?.(),
    end() {
      cancel?.();
      signal.removeEventListener("abort", stop);
    },
  };
}
