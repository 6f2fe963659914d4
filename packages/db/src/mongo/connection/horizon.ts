import type { Timestamp } from "mongodb";

/**
 * The newest time of the database at which this process has read the head of a log. Pages are read at this time or later, so
 * that none is older than a head that was read before it: a former primary would otherwise answer after an election.
 * https://www.mongodb.com/docs/manual/core/read-isolation-consistency-recency/#causal-consistency
 */
export class Horizon {
  #time: Timestamp | undefined;

  /** `undefined` before the first read, and always on a standalone, which has no such time. */
  get time(): Timestamp | undefined {
    return this.#time;
  }

  /** Moves it to a time, unless it is there already. */
  raise(time: Timestamp | undefined): void {
    if (time && (!this.#time || time.greaterThan(this.#time))) this.#time = time;
  }
}
