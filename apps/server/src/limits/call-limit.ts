import { ChatError } from "@chatnest/api";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { NewestNames } from "./newest-names.ts";

/** How many calls one key may make. */
export interface CallLimitOptions {
  /** Names the limit in the `RateLimit` headers: ASCII letters and `-`. */
  name: string;
  /** How many calls a window takes. A window begins at a key's first call. */
  quota: number;
  /** Whole seconds. */
  windowMs: number;
  /** How many keys have windows at a time; the oldest window gives way. @default 50000 */
  keysMax?: number;
}

/** Counts the calls of many keys, in this process. What it holds is bounded, however many keys there are. */
export class CallLimit {
  readonly #options: Required<CallLimitOptions>;
  readonly #windows: RateLimiterMemory;
  /** Those that have windows. */
  readonly #keys: NewestNames;

  constructor(options: CallLimitOptions) {
    this.#options = { keysMax: 50_000, ...options };
    const { quota: points, windowMs } = options;
    this.#keys = new NewestNames(this.#options.keysMax);
    this.#windows = new RateLimiterMemory({ points, duration: windowMs / 1_000, keyPrefix: "" });
  }

  /**
   * Counts a call.
   * @throws ChatError `too_many_requests` when the window's calls are spent.
   */
  async spend(key: string): Promise<void> {
    try {
      const { isFirstInDuration } = await this.#windows.consume(key);
      if (isFirstInDuration) this.#bound(key);
    } catch (spent) {
      if (!(spent instanceof RateLimiterRes)) throw spent;
      const { name, quota, windowMs } = this.#options;
      const limit = { name, quota, windowMs, retryAfterMs: spent.msBeforeNext };
      const text = `the limit of ${quota} in ${windowMs / 1_000} s is reached; try again later`;
      throw new ChatError("too_many_requests", text, { limit });
    }
  }

  #bound(key: string): void {
    const oldest = this.#keys.add(key);
    if (oldest !== undefined) void this.#windows.delete(oldest);
  }
}
