const signals = ["SIGINT", "SIGTERM"] as const;
// npm sends on to its child what the terminal has sent there already: within this time it is the same wish.
const sameWishMs = 1000;

/**
 * Aborts at the first SIGINT or SIGTERM, its name being the reason. The next one ends the process at once.
 * @param exitCodeAtOnce is what it then exits with.
 */
export function abortOnStopSignals(exitCodeAtOnce: number): AbortSignal {
  const stop = new AbortController();
  let firstAt = 0;
  for (const signal of signals) {
    process.on(signal, () => {
      if (!stop.signal.aborted) {
        firstAt = performance.now();
        stop.abort(signal);
      } else if (performance.now() - firstAt > sameWishMs) {
        process.exit(exitCodeAtOnce);
      }
    });
  }
  return stop.signal;
}
