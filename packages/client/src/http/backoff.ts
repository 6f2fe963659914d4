/** Between which times a wait grows. */
export interface BackoffBounds {
  baseMs: number;
  maxMs: number;
}

/**
 * Says how long to wait after so many failed tries, 1 at least: at random up to a bound that doubles (full jitter), so
 * that clients which failed together do not come back together.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(tries: number, { baseMs, maxMs }: BackoffBounds): number {
  return Math.random() * Math.min(maxMs, baseMs * 2 ** (tries - 1));
}
