import { lastCallsTimeoutMs, waitMsMax } from "../deadlines.ts";
import {
  type GroupCommitMessage,
  groupCommitChannel,
  unwrittenChannel,
  waitingChannel,
} from "../diagnostics.ts";
import { StoreError } from "../errors.ts";
import { createJob, type Job, type JobResult, type PendingJob } from "./job.ts";
import { WaitingLanes } from "./waiting-lanes.ts";

/** How a store writes its groups. */
export interface GroupCommitOptions<TItem, TResult extends JobResult> {
  /** The store's name in diagnostics. */
  store: GroupCommitMessage["store"];
  /** Names the lane of an item. A lane is written in order, and by one group at a time. */
  laneOf(item: TItem): string;
  /**
   * Writes a group and settles its jobs. Jobs that it leaves unsettled are written by the next group, ahead of the rest of
   * their lane. When it throws, the unsettled jobs of the group and all that wait in their lanes are rejected with that error.
   */
  write(jobs: readonly Job<TItem, TResult>[]): Promise<void> | void;
  /** Says whether a lane gets groups of its own. @default never */
  isAlone?(lane: string): boolean;
  /** How many items a group has at most. */
  groupSizeMax: number;
  /** How many shared groups are written at once. */
  groupsInFlightMax: number;
  /** How many groups of lanes of their own are written at once. @default any number */
  lanesAloneMax?: number;
  /** How many items may wait; further ones are rejected with `unavailable`, unwritten. @default 10,000 */
  waitingMax?: number;
  /** How long an item may wait, in ms; then it is rejected with `unavailable`, unwritten. @default 12,000 */
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
 * Writes together what arrives together. Items that arrive while groups are in flight form the next group: the busier it
 * gets, the more items share the cost of a commit. A lone item does not wait.
 */
export class GroupCommit<TItem, TResult extends JobResult> {
  readonly #options: Required<GroupCommitOptions<TItem, TResult>>;
  readonly #waiting = new WaitingLanes<PendingJob<TItem, TResult>>();
  readonly #busyLanes = new Set<string>();
  readonly #inFlight = new Set<readonly PendingJob<TItem, TResult>[]>();
  #sharedInFlight = 0;
  #aloneInFlight = 0;
  #isFlushPlanned = false;
  /** The number of items ever added. */
  #added = 0;
  /** The number of waiting items when it was last published. */
  #waitingBefore = 0;
  #isClosed = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: GroupCommitOptions<TItem, TResult>) {
    this.#options = { ...defaults, ...options };
  }

  /**
   * Adds an item to the next group and returns the result once it is written.
   * @throws StoreError `closed`; `unavailable` when too many items wait or it waited too long; else what `write` throws.
   */
  add(item: TItem): Promise<TResult> {
    if (this.#isClosed) return Promise.reject(new StoreError("closed", "the store is closed"));
    if (this.#waiting.size >= this.#options.waitingMax) {
      // It may give up items that have waited too long.
      this.#planFlush();
      this.#publishUnwritten(1);
      return Promise.reject(new StoreError("unavailable", "too many sends wait to be written"));
    }
    const job = createJob<TItem, TResult>(item);
    this.#waiting.add(this.#options.laneOf(item), job);
    this.#added++;
    this.#planFlush();
    return job.result;
  }

  /**
   * Takes no more items and returns when all are settled. After `timeoutMs` the rest is rejected: waiting items with
   * `closed`, items in flight with `unavailable`, since their outcome is unknown.
   */
  async close(timeoutMs = lastCallsTimeoutMs): Promise<void> {
    this.#isClosed = true;
    const timer = setTimeout(() => this.#rejectAll(), timeoutMs);
    this.#endIfIdle();
    await this.#ended.promise;
    clearTimeout(timer);
  }

  #rejectAll(): void {
    const unwritten = new StoreError("closed", "the store was closed before the send was written");
    const waiting = this.#waiting.takeWhile(() => true);
    for (const job of waiting) job.reject(unwritten);
    this.#publishUnwritten(waiting.length);
    this.#publishWaiting();
    const unknown = new StoreError(
      "unavailable",
      "the store was closed while the send was written",
    );
    for (const job of [...this.#inFlight].flat()) job.reject(unknown);
    this.#ended.resolve();
  }

  #endIfIdle(): void {
    if (this.#isClosed && this.#waiting.size === 0 && this.#inFlight.size === 0) {
      this.#ended.resolve();
    }
  }

  // After the I/O of this turn of the event loop, so that all sends of the turn share a group; and after the next turns, up
  // to four, while each brings more. A lone send does not wait.
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
    this.#publishWaiting();
    // The last items that waited may just have been given up.
    this.#endIfIdle();
  }

  /** Rejects the items that have waited too long. On MongoDB their senders are about to be answered. */
  #giveUp(): void {
    const since = performance.now() - this.#options.waitMsMax;
    const late = this.#waiting.takeWhile(({ addedAt }) => addedAt < since);
    for (const job of late) {
      job.reject(new StoreError("unavailable", "the send waited too long to be written"));
    }
    this.#publishUnwritten(late.length);
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
      // And the rest of their lanes: no item is written ahead of one that came before it.
      const behind = lanes.flatMap((lane) => this.#waiting.take(lane));
      for (const job of [...jobs, ...behind]) job.reject(error);
      this.#publishUnwritten(behind.length);
    }
    this.#putBack(jobs.filter(({ outcome }) => outcome === undefined));
    for (const lane of lanes) this.#busyLanes.delete(lane);
    this.#inFlight.delete(jobs);
    if (this.#waiting.size > 0) this.#planFlush();
    else this.#publishWaiting();
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

  #publishWaiting(): void {
    const waiting = this.#waiting.size;
    if (waiting === this.#waitingBefore || !waitingChannel.hasSubscribers) return;
    this.#waitingBefore = waiting;
    waitingChannel.publish({ store: this.#options.store, waiting });
  }

  #publishUnwritten(size: number): void {
    if (size === 0 || !unwrittenChannel.hasSubscribers) return;
    unwrittenChannel.publish({ store: this.#options.store, size });
  }

  #putBack(jobs: readonly PendingJob<TItem, TResult>[]): void {
    for (const [lane, unsettled] of Map.groupBy(jobs, ({ item }) => this.#options.laneOf(item))) {
      this.#waiting.putBack(lane, unsettled);
    }
  }
}
