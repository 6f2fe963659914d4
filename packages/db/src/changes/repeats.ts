import type { Entry } from "../entities.ts";
import { StoreError } from "../errors.ts";
import type { Metadata } from "../metadata.ts";
import type { NewEntry } from "../ports/log.ts";
import { editedBy } from "./decide.ts";

/**
 * Checks that a new entry repeats the stored entry of the same id. Nothing is left to compare the text with once it is erased.
 * @throws StoreError `conflict` when the stored body differs.
 */
export function checkSameEntry(stored: Entry, entry: NewEntry): void {
  const isSame =
    stored.user_id === entry.user_id &&
    (entry.timestamp === undefined ||
      Date.parse(stored.timestamp) === Date.parse(entry.timestamp)) &&
    hasSameBody(stored, entry);
  if (!isSame) throw new StoreError("conflict", `another entry has the id ${entry.id}`);
}

function hasSameBody(stored: Entry, entry: NewEntry): boolean {
  if (stored.kind === "message") {
    return (
      entry.kind === "message" &&
      stored.reply_to === entry.reply_to &&
      stored.thread_seq === entry.thread_seq &&
      (stored.erased === true ||
        (stored.content === entry.content &&
          JSON.stringify(stored.mentions) === JSON.stringify(entry.mentions) &&
          isEqual(stored.metadata, entry.metadata)))
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

// The order of names does not matter in JSON.
function isEqual(a: Metadata | undefined, b: Metadata | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && sorted(a) === sorted(b));
}

function sorted(metadata: Metadata): string {
  return JSON.stringify(metadata, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b))),
    );
  });
}
