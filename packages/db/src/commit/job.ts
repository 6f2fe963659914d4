import { isStoreError } from "../errors.ts";

/**
 * How a job ended. `created`: its item was stored. `repeated`: the same item had been stored before. `refused`: the item
 * cannot be stored (a conflict). `failed`: the store could not store it, or its outcome is unknown.
 */
export type JobOutcome = "created" | "repeated" | "refused" | "failed";

/** The result of a job. */
export interface JobResult {
  /** `false` when the same item had been stored before. */
  created: boolean;
}

/** An item to be written, and the way to answer its sender. */
export interface Job<TItem, TResult extends JobResult> {
  readonly item: TItem;
  /** `undefined` until the job is settled; only the first call of `resolve` or `reject` counts. */
  readonly outcome: JobOutcome | undefined;
  resolve(result: TResult): void;
  reject(error: unknown): void;
}

/** A job as its sender sees it. */
export interface PendingJob<TItem, TResult extends JobResult> extends Job<TItem, TResult> {
  readonly result: Promise<TResult>;
  /** In ms, by `performance.now`. */
  readonly addedAt: number;
}

/** Creates an unsettled job. */
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
