import { returnEarly } from "../lists/early-return.ts";
import {
  type Follow,
  type FollowOptions,
  type Outlet,
  type Subscription,
  subscribe,
} from "./subscription.ts";

/** Holds events until they are taken; the producer waits until then. */
class EventQueue<TEvent> implements Outlet<TEvent> {
  #events: TEvent[] = [];
  #isEnded = false;
  #wake: (() => void) | undefined;
  #waiting: (() => void)[] = [];

  put(event: TEvent): void {
    this.#events.push(event);
    this.#wake?.();
  }

  room(): Promise<void> | undefined {
    if (this.#events.length === 0 || this.#isEnded) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  end(): void {
    this.#isEnded = true;
    this.#wake?.();
    this.#letGoOn();
  }

  /** Takes all events in the queue, or waits for the next one; returns none at the end. */
  async take(): Promise<readonly TEvent[]> {
    if (this.#events.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const events = this.#events;
    this.#events = [];
    this.#letGoOn();
    return events;
  }

  #letGoOn(): void {
    for (const goOn of this.#waiting) goOn();
    this.#waiting = [];
  }
}

/** Iterates over events, reading no faster than they are taken. It begins when the first one is requested. */
export function iterate<TEvent>(
  follow: Follow<TEvent>,
  options: FollowOptions = {},
): AsyncGenerator<TEvent, void> {
  let subscription: Subscription | undefined;
  return returnEarly(run(), () => subscription?.close());

  async function* run(): AsyncGenerator<TEvent, void> {
    const queue = new EventQueue<TEvent>();
    subscription = subscribe(follow, queue, options);
    try {
      for (let taken = await queue.take(); taken.length > 0; taken = await queue.take()) {
        for (const event of taken) {
          if (options.signal?.aborted) return;
          yield event;
        }
      }
      const error = await subscription.closed;
      if (error) throw error;
    } finally {
      subscription.close();
    }
  }
}
