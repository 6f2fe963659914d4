import type { MessageEntry } from "@chatnest/db";
import type { Hooks } from "./hooks.ts";
import { callInTime } from "./in-time.ts";

/** How listeners are called. */
export interface OnMessageOptions {
  /** Called when a listener fails or is late, or when messages are dropped because listeners are too slow. */
  onError(error: unknown): void;
  /** How many calls are made at a time. @default 16 */
  atOnce?: number;
  /** How many messages wait for a call; further ones are dropped. @default 10000 */
  waitingMax?: number;
  /** After which time a call no longer counts as one of those at a time, in ms. @default 30000 */
  timeoutMs?: number;
}

/** Tells an application what was stored. */
export interface MessageListener {
  /** Tells of a message, not before the caller has gone on. It never throws. */
  tell(entry: MessageEntry): void;
  /** Waits until the listener has been told of everything. */
  idle(): Promise<void>;
}

/** Makes the teller of `on.message`. What it holds is bounded, and a slow or failing listener holds up nothing. */
export function createMessageListener(
  listen: NonNullable<NonNullable<Hooks["on"]>["message"]>,
  { onError, atOnce = 16, waitingMax = 10_000, timeoutMs = 30_000 }: OnMessageOptions,
): MessageListener {
  const waiting: MessageEntry[] = [];
  let running = 0;
  let isScheduled = false;
  let dropped = 0;
  let resting = Promise.withResolvers<void>();
  resting.resolve();

  async function run(entry: MessageEntry): Promise<void> {
    try {
      await callInTime(async () => void (await listen(entry)), timeoutMs);
    } catch (error) {
      onError(error);
    }
    running--;
    next();
  }

  function next(): void {
    isScheduled = false;
    for (let entry = take(); entry; entry = take()) {
      running++;
      void run(entry);
    }
    if (running > 0) return;
    if (dropped > 0) onError(new Error(`${dropped} messages were dropped: it is too slow`));
    dropped = 0;
    resting.resolve();
  }

  function take(): MessageEntry | undefined {
    return running < atOnce ? waiting.shift() : undefined;
  }

  return {
    tell(entry) {
      if (waiting.length >= waitingMax) {
        dropped++;
        return;
      }
      if (running === 0 && waiting.length === 0) resting = Promise.withResolvers();
      // A copy: the stored one is shared by all who follow the conversation.
      waiting.push(structuredClone(entry));
      if (isScheduled || running >= atOnce) return;
      isScheduled = true;
      setImmediate(next);
    },
    idle: () => resting.promise,
  };
}
