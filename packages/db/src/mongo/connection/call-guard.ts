import { inTime } from "../../commit/in-time.ts";
import { callTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { toStoreError } from "./errors.ts";

/** What every call to the store goes through: refused while it is not open, answered in bounded time, with the store's errors. */
export function createCallGuard() {
  let state: "opening" | "open" | "closed" = "opening";
  let underWay = 0;
  const idle = Promise.withResolvers<void>();

  function leave(): void {
    underWay--;
    if (state === "closed" && underWay === 0) idle.resolve();
  }

  return {
    open(): void {
      if (state === "opening") state = "open";
    },
    /** Lets no more calls in, and answers when those under way have ended. */
    close(): Promise<void> {
      state = "closed";
      if (underWay === 0) idle.resolve();
      return idle.promise;
    },
    /** @throws StoreError `unavailable` before it was opened, `closed` from closing on. */
    admit(): void {
      if (state === "opening")
        throw new StoreError("unavailable", "MongoDB has not been reached yet");
      if (state === "closed") throw new StoreError("closed", "the store is closed");
    },
    /** Makes a call that ends in time, with one of the store's errors if any. */
    wrap<TArguments extends unknown[], TResult>(
      call: (...input: TArguments) => Promise<TResult>,
    ): (...input: TArguments) => Promise<TResult> {
      return async (...input) => {
        underWay++;
        try {
          return await inTime(call(...input), callTimeoutMs);
        } catch (error) {
          throw toStoreError(error);
        } finally {
          leave();
        }
      };
    },
  };
}
