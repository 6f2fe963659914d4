/** The newest of many names, and which is the oldest of them, at the same small cost however many there are. */
export class NewestNames {
  readonly #max: number;
  readonly #names = new Set<string>();
  // Kept, since a new one would step over all that was deleted before the first that is left.
  readonly #oldestFirst = this.#names.values();

  constructor(max: number) {
    this.#max = max;
  }

  /** Makes a name the newest; answers with the one that has to go for it. */
  add(name: string): string | undefined {
    this.#names.delete(name);
    this.#names.add(name);
    if (this.#names.size <= this.#max) return undefined;
    const oldest = this.#oldestFirst.next().value;
    if (oldest !== undefined) this.#names.delete(oldest);
    return oldest;
  }
}
