import type { Caller } from "@chatnest/api";
import { CallLimit } from "./call-limit.ts";

/** Limits how fast messages are sent. */
export interface SendLimiter {
  /**
   * Counts a send.
   * @throws ChatError `too_many_requests` when the caller sends too fast.
   */
  spend(caller: Caller): Promise<void> | void;
}

const burstMs = 2_000;

/**
 * Limits the sends of each user: as many a second as given on average, and twice as many at once. Server keys and trusted
 * callers are not limited; 0 limits nobody.
 */
export function createSendLimiter(sendsPerSecond: number): SendLimiter {
  if (sendsPerSecond === 0) return { spend: () => {} };
  const quota = (sendsPerSecond * burstMs) / 1_000;
  const limit = new CallLimit({ name: "sends", quota, windowMs: burstMs });
  return {
    spend: (caller) => (caller.kind === "user" ? limit.spend(caller.user_id) : undefined),
  };
}
