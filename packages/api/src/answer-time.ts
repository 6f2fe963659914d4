import { answerTimeoutMs, StoreError } from "@chatnest/db";

interface Waiting {
  /** In ms, as `performance.now` counts. */
  until: number;
  reject(error: StoreError): void;
}

/** All who wait, those whose time is up first before the others: each waits for the same time. */
const waiting = new Set<Waiting>();
let isTimed = false;

/**
 * Waits for an answer to a client for at most 13.5 s. One timer serves all who wait.
 * @throws StoreError `unavailable` when the time is up.
 */
export function boundAnswer<TAnswer>(answer: Promise<TAnswer>): Promise<TAnswer> {
  return new Promise((resolve, reject) => {
    const own = { until: performance.now() + answerTimeoutMs, reject };
    waiting.add(own);
    if (!isTimed) refuseLateIn(answerTimeoutMs);
    answer.then(
      (value) => {
        waiting.delete(own);
        resolve(value);
      },
      (error: unknown) => {
        waiting.delete(own);
        reject(error);
      },
    );
  });
}

function refuseLateIn(ms: number): void {
  isTimed = true;
  setTimeout(refuseLate, ms).unref();
}

function refuseLate(): void {
  isTimed = false;
  const now = performance.now();
  for (const late of waiting) {
    if (late.until > now) {
      refuseLateIn(late.until - now);
      return;
    }
    waiting.delete(late);
    late.reject(new StoreError("unavailable", "the store did not answer in time"));
  }
}
