import { StoreError } from "../errors.ts";

/** One thing to write, and how to tell its sender what became of it. */
export interface Job<TItem, TResult> {
  readonly item: TItem;
  /** Whether its sender was told. */
  readonly settled: boolean;
  resolve(result: TResult): void;
  reject(error: unknown): void;
}

/** How a store writes groups. */
export interface GroupCommitOptions<TItem, TResult> {
  /** Names the lane of an item: items of one lane are written in the order they came, never in two groups at once. */
  laneOf(item: TItem): string;
  /**
   * Writes a group and settles its jobs. Jobs that it leaves unsettled are written again, ahead of all that came later in
   * their lane. When it throws, the jobs that it left unsettled are rejected with that error, and so is what waits behind
   * them in their lanes.
   */
  write(jobs: readonly Job<TItem, TResult>[]): Promise<void> | void;
  /** Says that a lane shall not share its groups with others. @default never */
  isAlone?(lane: string): boolean;
  groupSizeMax: number;
  /** How many groups that lanes share are written at once. */
  groupsInFlightMax: number;
  /** How many lanes that share with nobody are written at once. @default any number */
  lanesAloneMax?: number;
  /** How long an item may wait for its group, in ms; after that it is rejected with `unavailable`, unwritten. @default for ever */
  waitMsMax?: number;
}

interface Settleable<TItem, TResult> extends Job<TItem, TResult> {
  readonly addedAt: number;
  settled: boolean;
}

const turnsMax = 4;

/**
 * Writes together what arrives together: everything that comes while groups are in flight forms the next group, so that
 * a commit's cost is shared by more items the busier it gets, and a lone item waits for nobody.
 */
export class GroupCommit<TItem, TResult> {
  readonly #options: GroupCommitOptions<TItem, TResult>;
  /** Lanes with waiting items, the longest-waiting lane first. */
  readonly #waiting = new Map<string, Settleable<TItem, TResult>[]>();
  readonly #busyLanes = new Set<string>();
  #sharedInFlight = 0;
  #aloneInFlight = 0;
  #isFlushPlanned = false;
  /** How many items were ever added. */
  #added = 0;
  #isClosed = false;
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(options: GroupCommitOptions<TItem, TResult>) {
    this.#options = options;
  }

  /**
   * Adds an item to the next group and answers when it is written.
   * @throws StoreError `closed`, or what the writing threw.
   */
  add(item: TItem): Promise<TResult> {
    if (this.#isClosed) return Promise.reject(new StoreError("closed", "the store is closed"));
    return new Promise((resolve, reject) => {
      const job: Settleable<TItem, TResult> = {
        item,
        addedAt: performance.now(),
        settled: false,
        resolve(result) {
          job.settled = true;
          resolve(result);
        },
        reject(error) {
          job.settled = true;
          reject(error);
        },
      };
      const lane = this.#options.laneOf(item);
      const jobs = this.#waiting.get(lane);
      if (jobs) jobs.push(job);
      else this.#waiting.set(lane, [job]);
      this.#added++;
      this.#planFlush();
    });
  }

  /** Takes no more items, and answers when every one that was added is settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isIdle()) return;
    this.#whenIdle ??= Promise.withResolvers<void>();
    await this.#whenIdle.promise;
  }

  #isIdle(): boolean {
    return this.#waiting.size === 0 && this.#busyLanes.size === 0;
  }

  // After the I/O of this turn of the event loop, so that all sends which it brought share a group; and after the next ones
  // too, as long as each brings more. A lone send waits for nobody.
  #planFlush(turnsLeft = turnsMax): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    const before = this.#added;
    setImmediate(() => {
      this.#isFlushPlanned = false;
      if (this.#added > before && turnsLeft > 0) this.#planFlush(turnsLeft - 1);
      else this.#flush();
    });
  }

  #flush(): void {
    this.#giveUp();
    const { isAlone = () => false, lanesAloneMax = Number.POSITIVE_INFINITY } = this.#options;
    for (const lane of this.#waiting.keys()) {
      if (this.#busyLanes.has(lane) || !isAlone(lane)) continue;
      if (this.#aloneInFlight >= lanesAloneMax) break;
      const jobs: Settleable<TItem, TResult>[] = [];
      this.#takeFrom(lane, jobs);
      this.#aloneInFlight++;
      void this.#write(jobs, [lane]).then(() => {
        this.#aloneInFlight--;
      });
    }
    while (this.#sharedInFlight < this.#options.groupsInFlightMax) {
      const jobs: Settleable<TItem, TResult>[] = [];
      const lanes: string[] = [];
      for (const lane of this.#waiting.keys()) {
        if (jobs.length >= this.#options.groupSizeMax) break;
        if (this.#busyLanes.has(lane) || isAlone(lane)) continue;
        this.#takeFrom(lane, jobs);
        lanes.push(lane);
      }
      if (jobs.length === 0) return;
      this.#sharedInFlight++;
      void this.#write(jobs, lanes).then(() => {
        this.#sharedInFlight--;
      });
    }
  }

  /** Rejects what has waited for too long: whoever sent it is answered by now. */
  #giveUp(): void {
    const { waitMsMax = Number.POSITIVE_INFINITY } = this.#options;
    const since = performance.now() - waitMsMax;
    for (const [lane, jobs] of this.#waiting) {
      while (jobs[0] && jobs[0].addedAt < since) {
        jobs.shift()?.reject(new StoreError("unavailable", "it waited for too long"));
      }
      if (jobs.length === 0) this.#waiting.delete(lane);
    }
  }

  /** Moves what fits from a lane into a group; a lane with more to come goes to the end of the line. */
  #takeFrom(lane: string, group: Settleable<TItem, TResult>[]): void {
    const jobs = this.#waiting.get(lane) ?? [];
    const room = this.#options.groupSizeMax - group.length;
    group.push(...jobs.slice(0, room));
    this.#waiting.delete(lane);
    if (jobs.length > room) this.#waiting.set(lane, jobs.slice(room));
    this.#busyLanes.add(lane);
  }

  async #write(jobs: Settleable<TItem, TResult>[], lanes: string[]): Promise<void> {
    try {
      await this.#options.write(jobs);
    } catch (error) {
      // With what waits behind them: nothing is written ahead of what was to come before it.
      for (const job of [...jobs, ...this.#takeWaiting(lanes)]) if (!job.settled) job.reject(error);
    }
    this.#putBack(jobs.filter((job) => !job.settled));
    for (const lane of lanes) this.#busyLanes.delete(lane);
    if (this.#waiting.size > 0) this.#planFlush();
    if (this.#isIdle()) {
      this.#whenIdle?.resolve();
      this.#whenIdle = undefined;
    }
  }

  #takeWaiting(lanes: string[]): Settleable<TItem, TResult>[] {
    const waiting = lanes.flatMap((lane) => this.#waiting.get(lane) ?? []);
    for (const lane of lanes) this.#waiting.delete(lane);
    return waiting;
  }

  #putBack(jobs: Settleable<TItem, TResult>[]): void {
    for (const [lane, unsettled] of Map.groupBy(jobs, (job) => this.#options.laneOf(job.item))) {
      this.#waiting.set(lane, [...unsettled, ...(this.#waiting.get(lane) ?? [])]);
    }
  }
}
