import { callTimeoutMs, lastCallsTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { toStoreError } from "./errors.ts";

/**
 * Makes what every call of the store goes through: it is refused while the store is not open, ends in time whatever the
 * driver waits for, and throws only errors of the store.
 */
export function createCallGuard() {
  let state: "opening" | "open" | "closed" = "opening";
  /** How to end each call that is under way. */
  const underWay = new Set<(error: StoreError) => void>();
  const ended = Promise.withResolvers<void>();

  function endIfIdle(): void {
    if (state === "closed" && underWay.size === 0) ended.resolve();
  }

  return {
    open(): void {
      if (state === "opening") state = "open";
    },
    /** Lets no more calls in and returns when those under way have ended; what takes too long is rejected with `unavailable`. */
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
    /** @throws StoreError `unavailable` before it was opened, `closed` from closing on. */
    admit(): void {
      if (state === "opening") {
        throw new StoreError("unavailable", "MongoDB has not been reached yet");
      }
      if (state === "closed") throw new StoreError("closed", "the store is closed");
    },
    /** Makes a call that ends in time, with an error of the store if any. */
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
