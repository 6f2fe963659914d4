import { openExisting } from "../admin/open-existing.ts";
import { readSettings } from "../env.ts";

/**
 * Upgrades a database that older processes may have had open: it allows edits, deletions and reactions, and makes inboxes fast.
 * @throws CommandError or StoreError `cannot_open` when it cannot be used.
 */
export async function upgradeStore(): Promise<void> {
  const { store, ready, name } = openExisting(readSettings(), {
    onRetry: ({ message }) => console.error(`chatnest: ${message}; trying again`),
  });
  try {
    await ready;
    await store.upgrade();
    console.log(
      `${name} takes edits, deletions and reactions from now on, and its inboxes are fast in a few minutes`,
    );
  } finally {
    await store.close();
  }
}
