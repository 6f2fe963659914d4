import { readSettings } from "../env.ts";
import { openStore } from "../store.ts";

/**
 * Tells the store that a backup was restored: clients that hold more than it does begin anew.
 * @throws CommandError or StoreError `cannot_open` when it cannot be used.
 */
export async function tellRestored(): Promise<void> {
  const { store, ready, name } = openStore(readSettings(), {
    onRetry: ({ message }) => console.error(`chatnest: ${message}; trying again`),
  });
  try {
    await ready;
    await store.renewEpoch();
    console.log(`${name} begins a new epoch: clients that hold more than it does are told`);
  } finally {
    await store.close();
  }
}
