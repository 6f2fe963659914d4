/** A map of limited size: what was set longest ago is dropped first. */
export class Kept<TValue> {
  readonly #values = new Map<string, TValue>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): TValue | undefined {
    return this.#values.get(key);
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  set(key: string, value: TValue): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#max && oldest !== undefined) this.#values.delete(oldest);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }
}
