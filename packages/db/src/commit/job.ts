import { isStoreError } from "../errors.ts";

/**
 * What became of a job: `created` and `repeated` are results, `refused` is its own fault (a conflict), `failed` is the
 * store's.
 */
export type JobOutcome = "created" | "repeated" | "refused" | "failed";

/** What a job comes to: whether it stored its item, or found it stored. */
export interface JobResult {
  created: boolean;
}

/** One thing to write, and how to tell its sender what became of it. */
export interface Job<TItem, TResult extends JobResult> {
  readonly item: TItem;
  /** What its sender was told, `undefined` until then; what it is told after that is ignored. */
  readonly outcome: JobOutcome | undefined;
  resolve(result: TResult): void;
  reject(error: unknown): void;
}

/** A job, and what its sender waits for. */
export interface PendingJob<TItem, TResult extends JobResult> extends Job<TItem, TResult> {
  readonly result: Promise<TResult>;
  /** As `performance.now` says it. */
  readonly addedAt: number;
}

/** Makes a job that is not settled. */
export function createJob<TItem, TResult extends JobResult>(
  item: TItem,
): PendingJob<TItem, TResult> {
  const { promise, resolve, reject } = Promise.withResolvers<TResult>();
  const job = {
    item,
    result: promise,
    addedAt: performance.now(),
    outcome: undefined as JobOutcome | undefined,
    resolve(result: TResult) {
      job.outcome ??= result.created ? "created" : "repeated";
      resolve(result);
    },
    reject(error: unknown) {
      job.outcome ??= outcomeOf(error);
      reject(error);
    },
  };
  return job;
}

function outcomeOf(error: unknown): JobOutcome {
  if (!isStoreError(error)) return "failed";
  return error.code === "unavailable" || error.code === "closed" ? "failed" : "refused";
}
