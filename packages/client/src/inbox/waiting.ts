import { platform } from "../platform.ts";

/** Calls once within the shortest time that was asked for, but not while it rests. */
export class Waiting {
  readonly #call: () => void;
  #restsTo = 0;
  #due = Number.POSITIVE_INFINITY;
  #timer: unknown;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** Calls within a time, in ms. */
  within(ms: number): void {
    const now = platform.performance.now();
    const due = Math.max(now + ms, this.#restsTo);
    if (due >= this.#due) return;
    this.stop();
    this.#due = due;
    this.#timer = platform.setTimeout(() => {
      this.#due = Number.POSITIVE_INFINITY;
      this.#call();
    }, due - now);
  }

  /** Rests for a time, in ms. */
  rest(ms: number): void {
    this.#restsTo = platform.performance.now() + ms;
  }

  stop(): void {
    platform.clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
  }
}
