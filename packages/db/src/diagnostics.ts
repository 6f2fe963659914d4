import { channel } from "node:diagnostics_channel";
import type { JobOutcome } from "./commit/job.ts";
import type { WatchState } from "./store.ts";

/**
 * A channel of `node:diagnostics_channel` with typed messages. Without subscribers no message is created. Listeners run
 * synchronously, so they should be quick; an error that one throws is an uncaught exception of the process.
 */
export interface DiagnosticsChannel<TMessage> {
  readonly name: string | symbol;
  readonly hasSubscribers: boolean;
  publish(message: TMessage): void;
  subscribe(listener: (message: TMessage) => void): void;
  unsubscribe(listener: (message: TMessage) => void): void;
}

/** A group of sends that was written, or that failed. */
export interface GroupCommitMessage {
  store: "mongodb" | "sqlite";
  /** The number of sends. */
  size: number;
  /** The number of lanes (conversations and users' notes) they came from. */
  lanes: number;
  /** How long the write took. The time that its sends waited for it is not included. */
  durationMs: number;
  /** The number of sends by outcome; the sum is `size`. */
  outcomes: Record<GroupOutcome, number>;
  /** The number of sends that wait for the next groups. */
  waiting: number;
}

/** The outcome of a send in a group: {@link JobOutcome}, or `left` for the next group. */
export type GroupOutcome = JobOutcome | "left";

/** `chatnest.group_commit`: one message for each group, once its sends are settled. */
export const groupCommitChannel = openChannel<GroupCommitMessage>("chatnest.group_commit");

/** How many sends wait to be written. */
export interface WaitingMessage {
  store: GroupCommitMessage["store"];
  waiting: number;
}

/** `chatnest.waiting`: one message each time the number has changed, looked at once a turn of the event loop. */
export const waitingChannel = openChannel<WaitingMessage>("chatnest.waiting");

/** Sends that were rejected before a group took them, and so were never written. */
export interface UnwrittenMessage {
  store: GroupCommitMessage["store"];
  /** The number of sends. */
  size: number;
}

/** `chatnest.unwritten`: one message each time that happens: too many waited, they waited too long, or a write ahead of them failed. */
export const unwrittenChannel = openChannel<UnwrittenMessage>("chatnest.unwritten");

/** News of MongoDB's change stream. */
export type WatchMessage =
  /** The state has changed. `degraded` is published at the next attempt to reopen the change stream, a few seconds late. */
  | { kind: "state"; state: WatchState }
  /** A change arrived `lagMs` after MongoDB stored it, as far as both clocks agree. Needs MongoDB 6.0. */
  | { kind: "lag"; lagMs: number };

/** `chatnest.watch`: one message for each change that the change stream delivers, and for each change of its state. */
export const watchChannel = openChannel<WatchMessage>("chatnest.watch");

/**
 * Opens a channel under a name that starts with `chatnest.`. Each channel is opened once, by the one module that publishes on
 * it, so listeners receive what `publish` takes.
 */
export function openChannel<TMessage>(name: string): DiagnosticsChannel<TMessage> {
  return channel(name) as DiagnosticsChannel<TMessage>;
}
