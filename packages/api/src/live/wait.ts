/** Waits for one thing at a time. */
export interface Wait {
  /** Waits until `listen` calls its argument, or the signal aborts. `listen` returns a function that stops listening. */
  until(listen: (wake: () => void) => () => void): Promise<void>;
  /** Ends the current wait. */
  wake(): void;
  /** Stops listening for good. */
  end(): void;
}

/** Creates a wait that a signal ends. All its waits share one listener on the signal. */
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
    wake: stop,
    end() {
      cancel?.();
      signal.removeEventListener("abort", stop);
    },
  };
}
