import { channel } from "node:diagnostics_channel";
import type { JobOutcome } from "./commit/job.ts";
import type { WatchState } from "./store.ts";

/**
 * A channel of `node:diagnostics_channel` whose messages have one shape. Nothing is made or published without subscribers. A
 * listener is called at once and must be quick; what it throws is an uncaught exception.
 */
export interface DiagnosticsChannel<TMessage> {
  readonly name: string | symbol;
  readonly hasSubscribers: boolean;
  publish(message: TMessage): void;
  subscribe(listener: (message: TMessage) => void): void;
  unsubscribe(listener: (message: TMessage) => void): void;
}

/** What is published of a group of sends once it has been written, or could not be. */
export interface GroupCommitMessage {
  store: "mongodb" | "sqlite";
  /** How many sends it had. */
  size: number;
  /** How many lanes they came from: conversations, and users' notes. */
  lanes: number;
  /** From the beginning of the write to its end, without the wait for it. */
  durationMs: number;
  /** How many sends came to which end; together they are `size`. */
  outcomes: Record<GroupOutcome, number>;
  /** How many sends wait for the next groups. */
  waiting: number;
}

/** How a send ended in a group: as a {@link JobOutcome} says, or `left` for the next group. */
export type GroupOutcome = JobOutcome | "left";

/** The groups of sends, one message a group: `chatnest.group_commit`. */
export const groupCommitChannel = openChannel<GroupCommitMessage>("chatnest.group_commit");

/** What is published of MongoDB's change stream. */
export type WatchMessage =
  /** The state is another one than was published before. That it is `degraded` is found out at the next try to reopen. */
  | { kind: "state"; state: WatchState }
  /** One change was heard of, this long after MongoDB stored it, by both their clocks; MongoDB says when since version 6.0. */
  | { kind: "lag"; lagMs: number };

/** The change stream of this process, one message a change and a state: `chatnest.watch`. */
export const watchChannel = openChannel<WatchMessage>("chatnest.watch");

// Nobody else publishes on it, so listeners get what `publish` takes.
function openChannel<TMessage>(name: string): DiagnosticsChannel<TMessage> {
  return channel(name) as DiagnosticsChannel<TMessage>;
}
