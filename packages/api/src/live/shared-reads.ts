/** Reads, each shared by all who ask for the same while it is under way. */
export class SharedReads<TAnswer> {
  readonly #underWay = new Map<number, Promise<TAnswer>>();
  readonly #read: (position: number) => Promise<TAnswer>;

  constructor(read: (position: number) => Promise<TAnswer>) {
    this.#read = read;
  }

  /** Tells whether a read is under way. */
  has(position: number): boolean {
    return this.#underWay.has(position);
  }

  /** Lets nobody share the reads that are under way. */
  clear(): void {
    this.#underWay.clear();
  }

  /** Returns the answer of the read that is under way, or of a new one. */
  at(position: number): Promise<TAnswer> {
    const known = this.#underWay.get(position);
    if (known) return known;
    const reading = this.#read(position).finally(() => {
      if (this.#underWay.get(position) === reading) this.#underWay.delete(position);
    });
    this.#underWay.set(position, reading);
    return reading;
  }
}
