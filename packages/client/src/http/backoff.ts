/** The bounds of a growing wait, in ms. */
export interface BackoffBounds {
  baseMs: number;
  maxMs: number;
}

/**
 * Returns how long to wait after a number of failed attempts, at least 1, in ms: a random time up to a bound that
 * doubles (full jitter), so that clients that failed together do not retry together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(tries: number, { baseMs, maxMs }: BackoffBounds): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** (tries - 1));
}
