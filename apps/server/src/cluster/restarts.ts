/** A process that ends sooner than this after its start has never served, in ms. */
const quickMs = 10_000;
const [pauseMinMs, pauseMaxMs] = [250, 30_000];
/** How often every process may end at once, one time after the other. */
const roundsMax = 4;

/** Decides when a process that ended is started again. */
export class Restarts {
  readonly #processes: number;
  #quickEnds = 0;

  constructor(processes: number) {
    this.#processes = processes;
  }

  /** Returns after how many ms to start another one; undefined means that starting it again would not help. */
  pauseAfter(livedMs: number): number | undefined {
    if (livedMs >= quickMs) {
      this.#quickEnds = 0;
      return pauseMinMs;
    }
    const round = Math.floor(this.#quickEnds / this.#processes);
    this.#quickEnds++;
    return round < roundsMax ? Math.min(pauseMinMs * 2 ** round, pauseMaxMs) : undefined;
  }
}
