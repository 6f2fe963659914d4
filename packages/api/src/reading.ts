import type { ChatStore } from "@chatnest/db";
import { parseReadCursor, toReadCursor } from "./cursor.ts";
import type { ReadPage } from "./schemas/reads.ts";

/** Which page of the members of a conversation to read. */
export interface ReadPageRange {
  limit: number;
  cursor?: string | undefined;
}

/**
 * Reads one page of how far the members of a conversation have read, in the order they joined.
 * @throws ChatError `validation_failed` when the cursor is invalid.
 * @throws StoreError `invalid`, `unavailable`, `closed`.
 */
export async function readReadPage(
  { reads }: ChatStore,
  conversationId: string,
  { limit, cursor }: ReadPageRange,
): Promise<ReadPage> {
  const found = await reads.list(conversationId, {
    // One more than the page, to know whether there is a next one.
    limit: limit + 1,
    ...(cursor !== undefined && { after: parseReadCursor(cursor) }),
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    reads: page.map(({ user_id, read_seq }) => ({ user_id, read_seq })),
    next: last && found.length > limit ? { cursor: toReadCursor(last) } : null,
  };
}
