import type { ChatError } from "../errors.ts";
import { type AbortSignalLike, platform } from "../platform.ts";
import type { LiveState } from "./state.ts";

/** A running subscription. */
export interface Subscription {
  /** Its current state. */
  readonly state: LiveState;
  /** Resolves when the subscription has ended, with the error if the server refused for good; never rejects. */
  readonly closed: Promise<ChatError | undefined>;
  /** Ends it at once: nothing more is handed over. */
  close(): void;
}

/** The options of every subscription. */
export interface FollowOptions {
  /** Called with the new state when its `status` changes. */
  onState?: ((state: LiveState) => void) | undefined;
  /** Ends the subscription. */
  signal?: AbortSignalLike | undefined;
}

/** The receiver of a subscription's events. */
export interface Outlet<TEvent> {
  put(event: TEvent): void;
  /** Resolves when more events can be put; returns `undefined` when they can be put now. */
  room(): Promise<void> | undefined;
  /** Called when the subscription has ended. */
  end(): void;
}

/** Where a subscription's source delivers events and states. */
export interface Sink<TEvent> {
  signal: AbortSignalLike;
  put(event: TEvent): void;
  room(): Promise<void> | undefined;
  tell(state: LiveState): void;
}

/** Follows a source until the signal of its sink aborts or the server refuses for good; returns the refusal. */
export type Follow<TEvent> = (sink: Sink<TEvent>) => Promise<ChatError | undefined>;

/** Starts a subscription, which runs until it is closed. */
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
    // In a later turn, so that the caller holds the subscription before anything is handed over.
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

/** Creates an outlet that passes each event to a handler of the app. */
export function toHandler<TEvent>(hear: (event: TEvent) => void): Outlet<TEvent> {
  return {
    put: (event) => callSafely(() => hear(event)),
    room: () => undefined,
    end: () => undefined,
  };
}

/** Calls a handler of the app. Its error becomes an uncaught exception, as in any event handler. */
export function callSafely(handler: () => void): void {
  try {
    handler();
  } catch (error) {
    platform.queueMicrotask(() => {
      throw error;
    });
  }
}
