import type { ChatError } from "../errors.ts";
import { type AbortSignalLike, platform } from "../platform.ts";
import type { LiveState } from "./state.ts";

/** Something that is followed until it is closed. */
export interface Subscription {
  /** How it stands now. */
  readonly state: LiveState;
  /** Resolves when nothing more comes, with the error if the server refused for good; it never rejects. */
  readonly closed: Promise<ChatError | undefined>;
  /** Ends it at once: nothing more is handed over. */
  close(): void;
}

/** What every way to follow takes. */
export interface FollowOptions {
  /** Hears how the subscription stands, each time that changes. */
  onState?: ((state: LiveState) => void) | undefined;
  /** Ends the subscription. */
  signal?: AbortSignalLike | undefined;
}

/** Whom a subscription hands its events. */
export interface Outlet<TEvent> {
  put(event: TEvent): void;
  /** Waits until more may be put; without a promise it may at once. */
  room(): Promise<void> | undefined;
  /** Hears that nothing more comes. */
  end(): void;
}

/** What follows something hands on here what it learns. */
export interface Sink<TEvent> {
  signal: AbortSignalLike;
  put(event: TEvent): void;
  room(): Promise<void> | undefined;
  tell(state: LiveState): void;
}

/** Follows something until the signal of its sink aborts, or it is refused for good: returns why. */
export type Follow<TEvent> = (sink: Sink<TEvent>) => Promise<ChatError | undefined>;

/** Follows something until it is closed. */
export function subscribe<TEvent>(
  follow: Follow<TEvent>,
  outlet: Outlet<TEvent>,
  options: FollowOptions,
): Subscription {
  const { signal } = options;
  const closing = new platform.AbortController();
  let state: LiveState = { status: "connecting" };
  let told: LiveState["status"] | undefined;

  function tell(next: LiveState): void {
    state = next;
    const isNews = next.status !== told;
    told = next.status;
    if (isNews) callSafely(() => options.onState?.(next));
  }

  function end(error?: ChatError): void {
    if (closing.signal.aborted) return;
    closing.abort();
    signal?.removeEventListener("abort", close);
    tell({ status: "closed", ...(error && { error }) });
    outlet.end();
  }

  const close = () => end();
  const sink: Sink<TEvent> = {
    signal: closing.signal,
    put: (event) => closing.signal.aborted || outlet.put(event),
    room: () => outlet.room(),
    tell: (next) => closing.signal.aborted || tell(next),
  };

  async function run(): Promise<ChatError | undefined> {
    // In a later turn: whoever subscribes holds the subscription before anything is handed over.
    await undefined;
    if (signal?.aborted) close();
    if (closing.signal.aborted) return undefined;
    const error = await follow(sink);
    end(error);
    return error;
  }

  signal?.addEventListener("abort", close);
  const closed = run();
  return {
    get state() {
      return state;
    },
    closed,
    close,
  };
}

/** Hands events to a handler of the app as they come. */
export function toHandler<TEvent>(hear: (event: TEvent) => void): Outlet<TEvent> {
  return {
    put: (event) => callSafely(() => hear(event)),
    room: () => undefined,
    end: () => undefined,
  };
}

// What a handler throws is an uncaught exception, as that of any event handler, and the subscription goes on.
function callSafely(handler: () => void): void {
  try {
    handler();
  } catch (error) {
    platform.queueMicrotask(() => {
      throw error;
    });
  }
}
