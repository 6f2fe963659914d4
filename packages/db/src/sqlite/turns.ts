import type { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";
import { StoreError } from "../errors.ts";
import type { Commits } from "./commits/commits.ts";

/** After so long others have a turn, in ms. */
const turnMs = 4;

/**
 * Reads each of many items in one turn of the event loop; between two of them others have a turn. Ends where `read` returns
 * `undefined`.
 */
export type ReadInTurns = <TItem, TResult>(
  items: readonly TItem[],
  read: (item: TItem) => readonly TResult[] | undefined,
) => Promise<TResult[]>;

/**
 * Makes a function that reads many items. What it reads is durable.
 * @throws StoreError `closed` when the database is closed meanwhile, `unavailable`.
 */
export function openTurns(
  db: DatabaseSync,
  commits: Pick<Commits, "isSynced" | "synced">,
): ReadInTurns {
  let lastTurn: Promise<void> = Promise.resolve();

  // Calls at the same time wait for each other's turns: else they would all go on in one.
  function nextTurn(): Promise<void> {
    lastTurn = lastTurn.then(() => turn());
    return lastTurn;
  }

  return async (items, read) => {
    const found = [];
    let startedAt = performance.now();
    for (const item of items) {
      if (performance.now() - startedAt > turnMs) {
        await nextTurn();
        if (!commits.isSynced()) await commits.synced();
        if (!db.isOpen) throw new StoreError("closed", "the store is closed");
        startedAt = performance.now();
      }
      const results = read(item);
      if (!results) break;
      found.push(...results);
    }
    return found;
  };
}
