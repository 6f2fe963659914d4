/** A map of bounded size. When it is full it drops the entry that was set longest ago. */
export class RecentMap<TKey, TValue> {
  readonly #values = new Map<TKey, TValue>();
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get(key: TKey): TValue | undefined {
    return this.#values.get(key);
  }

  set(key: TKey, value: TValue): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size <= this.#sizeMax) return;
    for (const oldest of this.#values.keys()) {
      this.#values.delete(oldest);
      return;
    }
  }

  delete(key: TKey): void {
    this.#values.delete(key);
  }

  clear(): void {
    this.#values.clear();
  }
}
