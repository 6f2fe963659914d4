import { callTimeoutMs, lastCallsTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { toStoreError } from "./errors.ts";

/** An unfinished call. */
interface Call {
  reject(error: StoreError): void;
  /** By `performance.now()`. */
  endsAt: number;
}

/**
 * Creates the guard that every call of the store passes: calls are refused while the store is not open, end in time
 * whatever the driver waits for, and turn the driver's errors into a StoreError.
 */
export function createCallGuard() {
  let state: "opening" | "open" | "closed" = "opening";
  /** All have the same time, so the one that began first is the first to end. */
  const underWay = new Set<Call>();
  const ended = Promise.withResolvers<void>();
  /** One for all calls: a timer for each costs as much as the rest of the guard. */
  let timer: NodeJS.Timeout | undefined;

  function begin(call: Call): void {
    underWay.add(call);
    timer ??= setTimeout(endLate, callTimeoutMs).unref();
  }

  function end(call: Call): void {
    underWay.delete(call);
    if (state === "closed" && underWay.size === 0) ended.resolve();
  }

  function endLate(): void {
    timer = undefined;
    for (const call of underWay) {
      const leftMs = call.endsAt - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(endLate, Math.ceil(leftMs)).unref();
        return;
      }
      call.reject(new StoreError("unavailable", "the store did not answer in time"));
      end(call);
    }
  }

  return {
    open(): void {
      if (state === "opening") state = "open";
    },
    /** Refuses further calls and returns when none is unfinished. After 4 s the rest is rejected with `unavailable`. */
    async close(): Promise<void> {
      state = "closed";
      const lastCalls = setTimeout(() => {
        const late = new StoreError("unavailable", "the store was closed before it answered");
        for (const call of underWay) {
          call.reject(late);
          end(call);
        }
      }, lastCallsTimeoutMs);
      if (underWay.size === 0) ended.resolve();
      await ended.promise;
      clearTimeout(lastCalls);
      clearTimeout(timer);
    },
    /** @throws StoreError `unavailable` before the guard is open, `closed` once it is closing. */
    admit(): void {
      if (state === "opening") {
        throw new StoreError("unavailable", "MongoDB has not been reached yet");
      }
      if (state === "closed") throw new StoreError("closed", "the store is closed");
    },
    /** Returns a call that passes the guard. */
    wrap<TArguments extends unknown[], TResult>(
      call: (...input: TArguments) => Promise<TResult>,
    ): (...input: TArguments) => Promise<TResult> {
      return (...input) =>
        new Promise((resolve, reject) => {
          const own: Call = { reject, endsAt: performance.now() + callTimeoutMs };
          begin(own);
          call(...input).then(
            (result) => {
              end(own);
              resolve(result);
            },
            (error: unknown) => {
              end(own);
              reject(toStoreError(error));
            },
          );
        });
    },
  };
}
