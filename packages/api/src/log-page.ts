import { type ChatStore, fitPage, type Stream } from "@chatnest/db";
import type { LogPage } from "./schemas/entries.ts";

/**
 * Reads the entries of a log after a position, oldest first.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readLogPage(
  store: ChatStore,
  stream: Stream,
  { after, limit }: { after: number; limit: number },
): Promise<LogPage> {
  // One more than the page, to know whether there is a next one.
  const found = await store.log.page(stream, { after, limit: limit + 1, from: "oldest" });
  const entries = fitPage(found, { limit, from: "oldest" });
  const last = entries.at(-1);
  return { entries, next: last && found.length > entries.length ? { after: last.seq } : null };
}
