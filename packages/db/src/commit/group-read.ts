/** How a store reads what is asked for together. */
export interface GroupReadOptions<TKey, TValue> {
  /** Reads the values of keys, in one command. Keys without a value are left out. */
  read(keys: readonly TKey[]): Promise<ReadonlyMap<TKey, TValue>>;
  /** How many keys a shared read has; the keys of one call are not split, and can be more. */
  keysMax: number;
  /** Calls for more keys than this have a read of their own, so that nobody waits for them. @default no limit */
  sharedMax?: number;
  /**
   * How many shared reads are in flight at once. With two, nobody waits for a whole round trip.
   * @default 2
   */
  inFlightMax?: number;
}

const defaults = { sharedMax: Number.POSITIVE_INFINITY, inFlightMax: 2 };

interface Waiter<TKey, TValue> {
  keys: readonly TKey[];
  resolve(values: ReadonlyMap<TKey, TValue>): void;
  reject(error: unknown): void;
}

/**
 * Reads together what is asked for at the same time: all calls of a turn of the event loop, and those that arrive while reads are
 * in flight. A call is only answered by a read that starts after it, so the answer is as new as that of a read of its own.
 */
export class GroupRead<TKey, TValue> {
  readonly #options: Required<GroupReadOptions<TKey, TValue>>;
  #waiting: Waiter<TKey, TValue>[] = [];
  #inFlight = 0;
  #isPlanned = false;

  constructor(options: GroupReadOptions<TKey, TValue>) {
    this.#options = { ...defaults, ...options };
  }

  /**
   * Returns the values of keys, possibly with those of others. Those without a value are left out.
   * @throws what `read` throws.
   */
  get(keys: readonly TKey[]): Promise<ReadonlyMap<TKey, TValue>> {
    if (keys.length > this.#options.sharedMax) return this.#options.read(keys);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ keys, resolve, reject });
      this.#plan();
    });
  }

  // After the I/O of this turn, so that all calls of the turn share a read.
  #plan(): void {
    if (this.#isPlanned || this.#inFlight >= this.#options.inFlightMax) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      while (this.#waiting.length > 0 && this.#inFlight < this.#options.inFlightMax) {
        void this.#readSome();
      }
    });
  }

  async #readSome(): Promise<void> {
    const { waiters, keys } = this.#take();
    this.#inFlight++;
    try {
      const values = await this.#options.read(keys);
      for (const { resolve } of waiters) resolve(values);
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
    this.#inFlight--;
    if (this.#waiting.length > 0) this.#plan();
  }

  #take(): { waiters: Waiter<TKey, TValue>[]; keys: TKey[] } {
    const keys = new Set<TKey>();
    let count = 0;
    for (const waiter of this.#waiting) {
      if (count > 0 && keys.size + waiter.keys.length > this.#options.keysMax) break;
      for (const key of waiter.keys) keys.add(key);
      count++;
    }
    return { waiters: this.#waiting.splice(0, count), keys: [...keys] };
  }
}
