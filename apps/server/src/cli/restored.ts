import { openExisting } from "../admin/open-existing.ts";
import { readSettings } from "../env.ts";

/**
 * Tells the store that a backup was restored, so that clients that hold newer messages start over.
 * @throws CommandError or StoreError `cannot_open` when it cannot be used.
 */
export async function tellRestored(): Promise<void> {
  const { store, ready, name } = openExisting(readSettings(), {
    onRetry: ({ message }) => console.error(`chatnest: ${message}; trying again`),
  });
  try {
    await ready;
    await store.renewEpoch();
    console.log(`${name} begins a new epoch: clients that hold newer messages start over`);
  } finally {
    await store.close();
  }
}
