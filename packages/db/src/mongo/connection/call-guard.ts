import { callTimeoutMs, lastCallsTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { toStoreError } from "./errors.ts";

/**
 * Creates the guard that every call of the store passes: calls are refused while the store is not open, end in time
 * whatever the driver waits for, and turn the driver's errors into a StoreError.
 */
export function createCallGuard() {
  let state: "opening" | "open" | "closed" = "opening";
  /** Rejects the unfinished calls. */
  const underWay = new Set<(error: StoreError) => void>();
  const ended = Promise.withResolvers<void>();

  function endIfIdle(): void {
    if (state === "closed" && underWay.size === 0) ended.resolve();
  }

  return {
    open(): void {
      if (state === "opening") state = "open";
    },
    /** Refuses further calls and returns when none is unfinished. After 4 s the rest is rejected with `unavailable`. */
    async close(): Promise<void> {
      state = "closed";
      const timer = setTimeout(() => {
        const late = new StoreError("unavailable", "the store was closed before it answered");
        for (const end of underWay) end(late);
      }, lastCallsTimeoutMs);
      endIfIdle();
      await ended.promise;
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
      return async (...input) => {
        const cutOff = Promise.withResolvers<never>();
        const timer = setTimeout(() => {
          cutOff.reject(new StoreError("unavailable", "the store did not answer in time"));
        }, callTimeoutMs);
        underWay.add(cutOff.reject);
        try {
          return await Promise.race([call(...input), cutOff.promise]);
        } catch (error) {
          throw toStoreError(error);
        } finally {
          clearTimeout(timer);
          underWay.delete(cutOff.reject);
          endIfIdle();
        }
      };
    },
  };
}
