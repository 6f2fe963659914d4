import type { Entry, MessageEntry } from "../entities.ts";
import { StoreError } from "../errors.ts";
import { type Metadata, sortNames } from "../metadata.ts";
import type { NewEntry, NewMessage } from "../ports/log.ts";
import { editedBy } from "./decide.ts";
import { hashSent } from "./sent-hash.ts";

/** An entry that is stored, and the hash of what was sent, if a hook has changed that. */
export interface StoredEntry {
  entry: Entry;
  sentHash?: string | null | undefined;
}

/**
 * Checks that a new entry repeats the stored entry of the same id. Nothing is left to compare the text with once it is erased.
 * What hooks have changed is compared as it was sent.
 * @throws StoreError `conflict` when the stored body differs.
 */
export function checkSameEntry({ entry: stored, sentHash }: StoredEntry, entry: NewEntry): void {
  const isSame =
    stored.user_id === entry.user_id &&
    (entry.timestamp === undefined ||
      Date.parse(stored.timestamp) === Date.parse(entry.timestamp)) &&
    hasSameBody(stored, entry, sentHash);
  if (!isSame) throw new StoreError("conflict", `another entry has the id ${entry.id}`);
}

function hasSameBody(stored: Entry, entry: NewEntry, sentHash: StoredEntry["sentHash"]): boolean {
  if (stored.kind === "message") {
    return (
      entry.kind === "message" &&
      stored.reply_to === entry.reply_to &&
      stored.thread_seq === entry.thread_seq &&
      (stored.erased === true || isSameSent(stored, entry, sentHash))
    );
  }
  if (entry.kind !== stored.kind || entry.target_seq !== stored.target_seq) return false;
  if (stored.kind === "reaction" && entry.kind === "reaction") {
    return stored.key === entry.key && stored.added === entry.added;
  }
  if (stored.kind !== "edit" || entry.kind !== "edit") return true;
  if (stored.erased) return true;
  return (
    String(stored.edited) === String(editedBy(entry)) &&
    (entry.content === undefined || stored.content === entry.content) &&
    (entry.metadata === undefined || isEqual(stored.metadata, entry.metadata ?? undefined))
  );
}

function isSameSent(
  stored: MessageEntry,
  entry: NewMessage,
  sentHash: StoredEntry["sentHash"],
): boolean {
  if (sentHash != null || entry.sent_hash !== undefined) {
    return (sentHash ?? hashSent(stored)) === (entry.sent_hash ?? hashSent(entry));
  }
  return (
    stored.content === entry.content &&
    JSON.stringify(stored.mentions) === JSON.stringify(entry.mentions) &&
    isEqual(stored.metadata, entry.metadata)
  );
}

// The order of names does not matter in JSON.
function isEqual(a: Metadata | undefined, b: Metadata | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && sortNames(a) === sortNames(b));
}
