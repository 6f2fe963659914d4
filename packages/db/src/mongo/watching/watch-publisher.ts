import type { ChangeStreamDocument } from "mongodb";
import { watchChannel } from "../../diagnostics.ts";
import type { WatchState } from "../../store.ts";

/** Creates the publisher of `chatnest.watch`. */
export function createWatchPublisher(stateOf: () => WatchState) {
  let published: WatchState | undefined;
  return {
    /** Publishes the state when it has changed. */
    publishState(): void {
      if (!watchChannel.hasSubscribers) return;
      const state = stateOf();
      if (state === published) return;
      published = state;
      watchChannel.publish({ kind: "state", state });
    },
    /** Publishes how late a change arrived. */
    publishLag(change: ChangeStreamDocument): void {
      if (!watchChannel.hasSubscribers || !("wallTime" in change) || !change.wallTime) return;
      watchChannel.publish({ kind: "lag", lagMs: Date.now() - change.wallTime.getTime() });
    },
  };
}
