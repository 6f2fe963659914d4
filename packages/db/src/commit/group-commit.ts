import { lastCallsTimeoutMs, waitMsMax } from "../deadlines.ts";
import { type GroupCommitMessage, groupCommitChannel } from "../diagnostics.ts";
import { StoreError } from "../errors.ts";
import { createJob, type Job, type JobResult, type PendingJob } from "./job.ts";
import { WaitingLanes } from "./waiting-lanes.ts";

/** How a store writes groups. */
export interface GroupCommitOptions<TItem, TResult extends JobResult> {
  /** Which store it is, for diagnostics. */
  store: GroupCommitMessage["store"];
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
  /** How many items may wait; beyond that they are rejected with `unavailable`, unwritten. @default 10,000 */
  waitingMax?: number;
  /** How long an item may wait for its group, in ms; after that it is rejected with `unavailable`, unwritten. @default 12,000 */
  waitMsMax?: number;
}

const defaults = {
  isAlone: () => false,
  lanesAloneMax: Number.POSITIVE_INFINITY,
  waitingMax: 10_000,
  waitMsMax,
};
const turnsMax = 4;

/**
 * Writes together what arrives together: everything that comes while groups are in flight forms the next group, so that
 * a commit's cost is shared by more items the busier it gets, and a lone item waits for nobody.
 */
export class GroupCommit<TItem, TResult extends JobResult> {
  readonly #options: Required<GroupCommitOptions<TItem, TResult>>;
  readonly #waiting = new WaitingLanes<PendingJob<TItem, TResult>>();
  readonly #busyLanes = new Set<string>();
  readonly #inFlight = new Set<readonly PendingJob<TItem, TResult>[]>();
  #sharedInFlight = 0;
  #aloneInFlight = 0;
  #isFlushPlanned = false;
  /** How many items were ever added. */
  #added = 0;
  #isClosed = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: GroupCommitOptions<TItem, TResult>) {
    this.#options = { ...defaults, ...options };
  }

  /**
   * Adds an item to the next group and answers when it is written.
   * @throws StoreError `closed`, `unavailable` when too much waits or it waited too long, or what the writing threw.
   */
  add(item: TItem): Promise<TResult> {
    if (this.#isClosed) return Promise.reject(new StoreError("closed", "the store is closed"));
    if (this.#waiting.size >= this.#options.waitingMax) {
      // What has waited too long makes room.
      this.#planFlush();
      return Promise.reject(new StoreError("unavailable", "too many sends wait to be written"));
    }
    const job = createJob<TItem, TResult>(item);
    this.#waiting.add(this.#options.laneOf(item), job);
    this.#added++;
    this.#planFlush();
    return job.result;
  }

  /**
   * Takes no more items and returns when all are settled. What has not been settled after `timeoutMs` is rejected: with
   * `closed` when it was not written, with `unavailable` when its outcome is unknown.
   */
  async close(timeoutMs = lastCallsTimeoutMs): Promise<void> {
    this.#isClosed = true;
    const timer = setTimeout(() => this.#rejectAll(), timeoutMs);
    this.#endIfIdle();
    await this.#ended.promise;
    clearTimeout(timer);
  }

  #rejectAll(): void {
    const unwritten = new StoreError("closed", "the store was closed before this was written");
    for (const job of this.#waiting.takeWhile(() => true)) job.reject(unwritten);
    const unknown = new StoreError("unavailable", "the store was closed while this was written");
    for (const job of [...this.#inFlight].flat()) job.reject(unknown);
    this.#ended.resolve();
  }

  #endIfIdle(): void {
    if (this.#isClosed && this.#waiting.size === 0 && this.#inFlight.size === 0) {
      this.#ended.resolve();
    }
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
    this.#startAlone();
    this.#startShared();
    // Giving up may have taken what waited last.
    this.#endIfIdle();
  }

  /** Rejects what has waited for too long: its sender has been answered by now. */
  #giveUp(): void {
    const since = performance.now() - this.#options.waitMsMax;
    for (const job of this.#waiting.takeWhile(({ addedAt }) => addedAt < since)) {
      job.reject(new StoreError("unavailable", "the send waited too long to be written"));
    }
  }

  #startAlone(): void {
    const { groupSizeMax, isAlone, lanesAloneMax } = this.#options;
    for (const lane of this.#waiting.names()) {
      if (this.#busyLanes.has(lane) || !isAlone(lane)) continue;
      if (this.#aloneInFlight >= lanesAloneMax) return;
      this.#aloneInFlight++;
      void this.#write(this.#waiting.take(lane, groupSizeMax), [lane]).then(() => {
        this.#aloneInFlight--;
      });
    }
  }

  #startShared(): void {
    const { groupSizeMax, groupsInFlightMax, isAlone } = this.#options;
    while (this.#sharedInFlight < groupsInFlightMax) {
      const jobs: PendingJob<TItem, TResult>[] = [];
      const lanes: string[] = [];
      for (const lane of this.#waiting.names()) {
        if (jobs.length >= groupSizeMax) break;
        if (this.#busyLanes.has(lane) || isAlone(lane)) continue;
        jobs.push(...this.#waiting.take(lane, groupSizeMax - jobs.length));
        lanes.push(lane);
      }
      if (jobs.length === 0) return;
      this.#sharedInFlight++;
      void this.#write(jobs, lanes).then(() => {
        this.#sharedInFlight--;
      });
    }
  }

  async #write(jobs: readonly PendingJob<TItem, TResult>[], lanes: string[]): Promise<void> {
    for (const lane of lanes) this.#busyLanes.add(lane);
    this.#inFlight.add(jobs);
    const startedAt = groupCommitChannel.hasSubscribers ? performance.now() : undefined;
    try {
      await this.#options.write(jobs);
    } catch (error) {
      // With what waits behind them: nothing is written ahead of what was to come before it.
      const behind = lanes.flatMap((lane) => this.#waiting.take(lane));
      for (const job of [...jobs, ...behind]) job.reject(error);
    }
    this.#putBack(jobs.filter(({ outcome }) => outcome === undefined));
    for (const lane of lanes) this.#busyLanes.delete(lane);
    this.#inFlight.delete(jobs);
    if (this.#waiting.size > 0) this.#planFlush();
    this.#endIfIdle();
    if (startedAt !== undefined) this.#publish(jobs, lanes, performance.now() - startedAt);
  }

  #publish(
    jobs: readonly PendingJob<TItem, TResult>[],
    lanes: readonly string[],
    durationMs: number,
  ): void {
    const outcomes = { created: 0, repeated: 0, refused: 0, failed: 0, left: 0 };
    for (const { outcome = "left" } of jobs) outcomes[outcome]++;
    groupCommitChannel.publish({
      store: this.#options.store,
      size: jobs.length,
      lanes: lanes.length,
      durationMs,
      outcomes,
      waiting: this.#waiting.size,
    });
  }

  #putBack(jobs: readonly PendingJob<TItem, TResult>[]): void {
    for (const [lane, unsettled] of Map.groupBy(jobs, ({ item }) => this.#options.laneOf(item))) {
      this.#waiting.putBack(lane, unsettled);
    }
  }
}
