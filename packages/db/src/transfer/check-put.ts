import type { Entry } from "../entities.ts";
import { StoreError } from "../errors.ts";
import type { StoredEntry } from "../ports/transfer.ts";

/**
 * Returns the entries that are not in a log yet.
 * @param stored are the ids in the log, by position, as far as the entries have these positions.
 * @param head is the position of the newest entry.
 * @throws StoreError `conflict` when the log holds something else, or they do not follow its end.
 */
export function missingOf(
  entries: readonly StoredEntry[],
  stored: ReadonlyMap<number, string>,
  head: number,
): readonly StoredEntry[] {
  let next = entries[0]?.seq ?? 0;
  if (next > head + 1) throw new StoreError("conflict", `the log ends at ${head}`);
  for (const { seq, id } of entries) {
    if (seq !== next) throw new StoreError("invalid", `entry ${next} is missing`);
    next++;
    if (seq <= head && stored.get(seq) !== id) {
      throw new StoreError("conflict", `entry ${seq} is another one in this store`);
    }
  }
  return entries.filter(({ seq }) => seq > head);
}

/** Makes the error for an entry that names a message that is not there. */
export function unfounded({ seq }: Pick<Entry, "seq">): StoreError {
  return new StoreError("invalid", `entry ${seq} names a message that is not there`);
}

/** Makes the error for a conversation that nobody has begun to write. */
export function notBegun(conversationId: string): StoreError {
  return new StoreError("conflict", `the conversation ${conversationId} is not being written`);
}

/** Makes the error for an entry whose id another entry of the log has. */
export function takenId({ seq, id }: Pick<Entry, "seq" | "id">): StoreError {
  return new StoreError("conflict", `the id ${id} of entry ${seq} is taken by another entry`);
}

/** Makes the error for a conversation that is to be written, but is there. */
export function notAbsent(conversationId: string): StoreError {
  return new StoreError("conflict", `the conversation ${conversationId} is in this store already`);
}
