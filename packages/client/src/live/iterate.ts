import { returnEarly } from "../lists/early-return.ts";
import {
  type Follow,
  type FollowOptions,
  type Outlet,
  type Subscription,
  subscribe,
} from "./subscription.ts";

/** Keeps events until they are taken; who puts them waits for that. */
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

  /** Takes all events there are, waiting for the next if there is none; nothing when there is no next. */
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

/** Follows something as fast as its events are taken: what is not taken is not read either. It begins when the first is asked for. */
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
