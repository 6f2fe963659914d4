/** One thing to write, and how to tell its sender what became of it. */
export interface Job<TItem, TResult> {
  readonly item: TItem;
  /** Whether its sender was told; what it is told after that is ignored. */
  readonly settled: boolean;
  resolve(result: TResult): void;
  reject(error: unknown): void;
}

/** A job, and what its sender waits for. */
export interface PendingJob<TItem, TResult> extends Job<TItem, TResult> {
  readonly result: Promise<TResult>;
  /** As `performance.now` says it. */
  readonly addedAt: number;
}

/** Makes a job that is not settled. */
export function createJob<TItem, TResult>(item: TItem): PendingJob<TItem, TResult> {
  const { promise, resolve, reject } = Promise.withResolvers<TResult>();
  const job = {
    item,
    result: promise,
    addedAt: performance.now(),
    settled: false,
    resolve(result: TResult) {
      job.settled = true;
      resolve(result);
    },
    reject(error: unknown) {
      job.settled = true;
      reject(error);
    },
  };
  return job;
}
