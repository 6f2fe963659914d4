import type { UnreadTotals } from "@chatnest/client";
import type { ClientLists } from "./client-lists.ts";
import type { InboxStore } from "./inbox-store.ts";

/** Totals for `useSyncExternalStore`. */
export interface TotalsStore {
  subscribe(listener: () => void): () => void;
  getSnapshot(): UnreadTotals | null;
}

/**
 * Creates the store of the totals of a user: those of an inbox that is open, whatever it shows.
 * @param own The inbox to open where there is none.
 */
export function createTotalsStore(
  { inboxes }: ClientLists,
  own: InboxStore,
  user_id: string | undefined,
): TotalsStore {
  let totals: UnreadTotals | null = null;
  const findKey = () => inboxes.findKey((inbox) => inbox.user_id === user_id);

  return {
    subscribe(listener) {
      let stop: (() => void) | undefined;
      let isOver = false;
      // A component that mounts in the same commit may be about to open one.
      queueMicrotask(() => {
        if (isOver) return;
        const held = own.hold(findKey());
        const unsubscribe = held.list.subscribe(listener);
        stop = () => {
          unsubscribe();
          held.release();
        };
        // What it holds already is no change.
        listener();
      });
      return () => {
        isOver = true;
        stop?.();
      };
    },
    getSnapshot() {
      const key = findKey();
      const next = key === undefined ? null : (inboxes.peek(key)?.getSnapshot().totals ?? null);
      if (!isEqual(totals, next)) totals = next;
      return totals;
    },
  };
}

function isEqual(before: UnreadTotals | null, after: UnreadTotals | null): boolean {
  return (
    before?.conversations === after?.conversations &&
    before?.messages === after?.messages &&
    before?.mentions === after?.mentions
  );
}
