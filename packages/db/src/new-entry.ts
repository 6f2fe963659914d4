import type { Entry } from "./entities.ts";
import { StoreError } from "./errors.ts";
import { isContent, isId, isMessageId } from "./limits.ts";
import type { NewEntry } from "./ports/log.ts";
import type { Member } from "./ports/members.ts";

// The zone is required: without one, `Date.parse` assumes that of the machine. Years have four digits, as in plain ISO 8601.
const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const timeMin = Date.parse("0000-01-01T00:00:00.000Z");
const timeMax = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * Checks that a store can give an entry back unchanged.
 * @throws StoreError `invalid`, naming the field.
 */
export function checkNewEntry(entry: NewEntry): void {
  if (!isMessageId(entry.id)) throw invalid("id");
  if (!isId(entry.user_id)) throw invalid("user_id");
  if (entry.conversation_id !== null && !isId(entry.conversation_id)) {
    throw invalid("conversation_id");
  }
  if (!isContent(entry.content)) throw invalid("content");
  if (entry.timestamp !== undefined && !isTimestamp(entry.timestamp)) throw invalid("timestamp");
}

function isTimestamp(value: string): boolean {
  if (!timestampPattern.test(value)) return false;
  const time = Date.parse(value);
  return time >= timeMin && time <= timeMax;
}

/** Returns the time of an entry, in ms since 1970: the given one, else now, but never below the entry before it. */
export function timeOf(entry: NewEntry, timeBefore: number | undefined): number {
  if (entry.timestamp !== undefined) return Date.parse(entry.timestamp);
  return Math.max(Date.now(), timeBefore ?? 0);
}

/**
 * Checks that a new entry repeats the stored entry of the same id.
 * @throws StoreError `conflict` when the stored body differs.
 */
export function checkSameEntry(stored: Entry, entry: NewEntry): void {
  const isSame =
    stored.user_id === entry.user_id &&
    stored.content === entry.content &&
    (entry.timestamp === undefined || Date.parse(stored.timestamp) === Date.parse(entry.timestamp));
  if (!isSame) throw new StoreError("conflict", `another message has the id ${entry.id}`);
}

/** Makes the error for an author who is not a member of the conversation. */
export function notMember({ conversation_id, user_id }: Member): StoreError {
  return new StoreError("not_member", `${user_id} is not a member of ${conversation_id}`);
}

function invalid(field: string): StoreError {
  return new StoreError("invalid", `a message with this ${field} cannot be stored`);
}
