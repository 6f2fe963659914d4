import type { Entry } from "@chatnest/db";

/**
 * What readers at the same position are given: they share an array, and what is written from it. Readers that wake together read in
 * the same turns of the event loop. Kept longer, the answers would pile up.
 */
export class SharedAnswers {
  readonly #answers = new Map<number, readonly Entry[]>();
  /** How many groups of readers are still waking. */
  #waking = 0;

  get(after: number): readonly Entry[] | undefined {
    return this.#answers.get(after);
  }

  set(after: number, answer: readonly Entry[]): void {
    if (this.#answers.size === 0) this.#planClear();
    this.#answers.set(after, answer);
  }

  clear(): void {
    this.#answers.clear();
  }

  /** Keeps the answers until a group of readers is awake. */
  async keepDuring(waking: Promise<void>): Promise<void> {
    this.#waking++;
    await waking;
    this.#waking--;
    this.#planClear();
  }

  #planClear(): void {
    if (this.#waking === 0) setImmediate(() => this.#answers.clear());
  }
}
