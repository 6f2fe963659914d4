import type { UncheckedStore } from "../../validated-store.ts";
import type { Commits } from "./commits.ts";

type Call = (...input: unknown[]) => Promise<unknown>;

/**
 * Wraps a store so that its reads wait while something is written that is not yet durable. What a reader has seen is never
 * undone by a loss of power.
 */
export function withSyncedReads(
  store: UncheckedStore,
  { isSynced, synced }: Pick<Commits, "isSynced" | "synced">,
): UncheckedStore {
  /** Wraps all calls of a port but those that write: these have an order of their own. */
  function withReads<TPort extends object>(port: TPort, writers: readonly (keyof TPort)[]): TPort {
    const wrapped = Object.entries<Call>(port as Record<string, Call>).map(([name, call]) => {
      return [name, writers.includes(name as keyof TPort) ? call : read(call)];
    });
    return Object.fromEntries(wrapped) as TPort;
  }

  function read<TInput extends unknown[], TResult>(
    call: (...input: TInput) => Promise<TResult>,
  ): (...input: TInput) => Promise<TResult> {
    return (...input) => (isSynced() ? call(...input) : synced().then(() => call(...input)));
  }

  return {
    ...store,
    log: withReads(store.log, ["append"]),
    messages: withReads(store.messages, []),
    members: withReads(store.members, ["join", "leave", "update"]),
    conversations: withReads(store.conversations, ["create", "update"]),
    reads: withReads(store.reads, ["mark"]),
    transfer: withReads(store.transfer, ["begin", "put", "finish", "setSource"]),
    epoch: read(store.epoch),
    ping: read(store.ping),
  };
}
